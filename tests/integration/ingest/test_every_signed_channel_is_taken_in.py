"""What each signed channel's specimen holds goes through a running ingest: filed once, changed, counted, balanced."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module

import msgspec
import pytest

from shared.channel.delivery import Delivery
from shared.channel_registry import registry
from shared.clock import SystemClock
from tests.contract.channels.conftest import specimens
from tests.contract.channels.specimen import Specimen
from tests.integration.ingest.conftest import RunningIngest

SIGNED = {name: specimen for name, specimen in specimens().items() if specimen.signing is not None}


async def _deliver(ingest: RunningIngest, specimen: Specimen, delivery: Delivery) -> int:
    signed = specimen.signed(delivery)
    path = f"/v1/channels/{specimen.account.account}/deliveries"
    params = f"?{signed.query}" if signed.query else ""
    headers = {"content-type": "application/json", **signed.headers}
    return (await ingest.http.post(path + params, content=signed.body, headers=headers)).status_code


@pytest.fixture
def specimen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Specimen:
    """The specimen, signed now: some vendors sign the time, and ingest looks at its own clock."""
    name: str = request.param
    module = import_module(f"shared.channels.{name}.specimen")
    if hasattr(module, "NOW"):
        monkeypatch.setattr(sys.modules[module.__name__], "NOW", SystemClock().now())
    asks = registry()[name].asks
    if asks is not None:  # what the vendor would serve

        async def witness(*_: object) -> Mapping[str, str]:
            signing = SIGNED[name].signing
            return signing.witness if signing is not None else {}

        monkeypatch.setattr(asks, "witness", witness)
    return SIGNED[name]


@pytest.mark.parametrize("specimen", SIGNED, indirect=True)
async def test_a_specimen_is_filed_once_and_its_neighbours_are_counted(
    ingest: RunningIngest, specimen: Specimen
) -> None:
    account = specimen.account
    secrets = {name: values[0] for name, values in account.secrets.items()}
    settings = msgspec.to_builtins(account.settings)
    await ingest.connect(account.account, account.channel, settings, secrets)

    path = f"/v1/channels/{account.account}/deliveries"
    assert specimen.signing is not None
    unproven = specimen.signing.spoilt(specimen.valid, None).body
    assert (await ingest.http.post(path, content=unproven)).status_code == 401
    for _ in range(2):
        assert await _deliver(ingest, specimen, specimen.valid) == 200
    assert [event.text.strip() for event in await ingest.announced()] == [specimen.text]
    counts = await ingest.balance(account.account)
    assert (counts["refused"], counts["filed"], counts["duplicate"]) == (1, 1, 1)

    for delivery in (*specimen.ignored.values(), *specimen.receipts.values()):
        assert await _deliver(ingest, specimen, delivery) == 200
    assert len(await ingest.announced()) == 1
    counts = await ingest.balance(account.account)
    # A receipt for what was never sent is no more than that.
    assert (counts["ignored"], counts["quarantined"]) == (len(specimen.ignored) + len(specimen.receipts), 0)

    for delivery in specimen.changes.values():
        assert await _deliver(ingest, specimen, delivery) == 200
    changed = [event for event in await ingest.announced() if event.edits is not None]
    assert len(changed) == len(specimen.changes)

    if specimen.batch is not None:
        assert await _deliver(ingest, specimen, specimen.batch) == 200
        assert len(await ingest.announced()) == 1 + len(changed) + len(specimen.batch_ids)
    assert (await ingest.balance(account.account))["quarantined"] == 0
