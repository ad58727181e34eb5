"""Lists of vendors followed by a running ingest into a real PostgreSQL: all channels that have one, side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import msgspec
import pytest

from shared.clock import SystemClock
from tests.contract.channels.conftest import specimens
from tests.contract.channels.poller import VendorsList, vendors_list
from tests.contract.channels.specimen import NOW
from tests.integration.ingest.conftest import RunningIngest

_ENTRIES = 8
_WITHIN_S, _STEP_S = 30, 0.1


@pytest.fixture
def lists() -> Iterator[list[VendorsList]]:
    with ExitStack() as stack:
        yield [stack.enter_context(vendors_list(s)) for s in specimens().values() if s.listing is not None]


async def _connect(ingest: RunningIngest, served: VendorsList, title: str) -> None:
    account = served.account
    secrets = {name: values[0] for name, values in account.secrets.items()}
    settings = msgspec.to_builtins(account.settings)
    body = {"channel": account.channel, "title": title, "settings": settings, "secrets": secrets}
    answer = await ingest.http.put(f"/v1/accounts/{account.account}", json=body, headers=ingest.key)
    assert answer.status_code in (200, 201), answer.text


async def _asked(lists: list[VendorsList], times: int) -> None:
    """Return when each list was asked for so many times more."""
    before = [len(served.vendor.calls) for served in lists]
    async with asyncio.timeout(_WITHIN_S):
        while any(len(s.vendor.calls) < n + times for s, n in zip(lists, before, strict=True)):  # noqa: ASYNC110
            await asyncio.sleep(_STEP_S)


async def _filed(ingest: RunningIngest) -> list[tuple[str, str, str]]:
    return sorted((m.account, m.kind, m.text.splitlines()[-1]) for m in await ingest.announced())


async def _become(ingest: RunningIngest, wanted: list[tuple[str, str, str]]) -> None:
    for _ in range(int(_WITHIN_S / _STEP_S)):
        if await _filed(ingest) == wanted:
            return
        await asyncio.sleep(_STEP_S)
    assert await _filed(ingest) == wanted


def _told(lists: list[VendorsList], tell: Callable[[VendorsList], list[tuple[str, str]]]) -> list[tuple[str, str, str]]:
    return sorted((served.account.account, *told) for served in lists for told in tell(served))


async def test_every_list_is_followed_across_a_restart_and_each_entry_is_filed_once(
    ingest: RunningIngest, lists: list[VendorsList]
) -> None:
    assert len(lists) >= 4
    for served in lists:
        await _connect(ingest, served, "Acme")
    await _asked(lists, 1)
    for served in lists:
        for number in range(_ENTRIES):
            served.write(number, ago=NOW - SystemClock().now())
    await _become(ingest, _told(lists, lambda _: [("message", f"Complaint {n}") for n in range(_ENTRIES)]))

    for served in lists:  # an account that is changed is followed anew, from its cursor
        await _connect(ingest, served, "Acme again")
        served.write(_ENTRIES, ago=NOW - SystemClock().now())
        served.edit(0, "It came in the end")
    wanted = _told(
        lists, lambda served: _both_times(edits=served.specimen.listing is not None and served.specimen.listing.edits)
    )
    await _become(ingest, wanted)
    await _asked(lists, 7)
    assert await _filed(ingest) == wanted


def _both_times(*, edits: bool) -> list[tuple[str, str]]:
    messages = [("message", f"Complaint {n}") for n in range(_ENTRIES + 1)]
    return [*messages, ("edit", "It came in the end")] if edits else messages
