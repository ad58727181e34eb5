"""A vendor's list on loopback, served page by page, and what ingest does with a poller."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import msgspec

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryMalformed
from shared.channel.outbound import Means
from shared.channel_registry import registry
from shared.clock import FixedClock
from tests.contract.channels.specimen import NOW, Entry, Specimen
from tests.contract.channels.vendor import Call, Said, Vendor, http_client, vendor_on_loopback

A_PAGE = 3


@dataclass
class VendorsList:
    """Entries, newest first, and where they are served; marks are how many entries stand before a page."""

    vendor: Vendor
    specimen: Specimen
    entries: list[Entry] = field(default_factory=list)
    before: Callable[[Call, str | None], Said | None] = lambda _call, _mark: None
    """Looks at a request first: it may change the list, or answer itself."""

    def write(self, number: int, *, ago: timedelta = timedelta(0), text: str = "") -> None:
        """Put an entry on top."""
        self.entries.insert(0, Entry(number=number, at=NOW - ago, text=text or f"Complaint {number}"))

    def edit(self, number: int, text: str) -> None:
        """Change the words of an entry where it stands."""
        self.entries = [replace(e, text=text) if e.number == number else e for e in self.entries]

    def remove(self, number: int) -> None:
        """Take an entry away."""
        self.entries = [e for e in self.entries if e.number != number]

    @property
    def account(self) -> Account:
        """The account that polls it."""
        assert self.specimen.listing is not None
        return replace(self.specimen.account, settings=self.specimen.listing.settings(self.vendor.url))

    def serve(self, call: Call) -> Said:
        """Answer with a page."""
        listing = self.specimen.listing
        assert listing is not None
        mark = listing.mark(call.path)
        return self.before(call, mark) or (200, *self.page(mark))

    def page(self, mark: str | None = None) -> tuple[dict[str, str], bytes]:
        """Return the page that begins at a mark."""
        listing = self.specimen.listing
        assert listing is not None
        start = int(mark or 0)
        onward = str(start + A_PAGE) if start + A_PAGE < len(self.entries) else None
        return listing.page(self.entries[start : start + A_PAGE], onward)


@contextmanager
def vendors_list(specimen: Specimen) -> Iterator[VendorsList]:
    """Serve a list while the block lasts."""
    assert specimen.listing is not None
    with vendor_on_loopback() as vendor:
        vendor.tokens_at = specimen.listing.tokens_at
        served = VendorsList(vendor=vendor, specimen=specimen)
        vendor.answers = served.serve
        yield served


class Follower:
    """Does what ingest does: takes a batch, keeps the cursor with it, asks for the next; it may be stopped anywhere."""

    def __init__(self, served: VendorsList, *, account: Account | None = None) -> None:
        self.account = account or served.account
        self.served, self.clock = served, FixedClock(NOW)
        self.cursor: Mapping[str, Any] | None = None
        self.taken: list[Delivery] = []
        self.batches: list[int] = []

    async def until(self, holds: Callable[[], bool], *, within_s: float = 10.0) -> None:
        """Follow until something holds after a batch was committed."""
        async with asyncio.timeout(within_s), http_client() as http, aclosing(self._watch(Means(http=http))) as batches:
            async for _ in batches:
                if holds():
                    return

    async def until_asked(self, times: int, *, within_s: float = 10.0) -> None:
        """Follow until the list was asked for so many times more."""
        calls, wanted = self.served.vendor.calls, len(self.served.vendor.calls) + times

        async def follow() -> None:
            await self.until(lambda: False)

        task = asyncio.create_task(follow())
        try:
            async with asyncio.timeout(within_s):
                while len(calls) < wanted and not task.done():  # noqa: ASYNC110 - the vendor lives in a thread
                    await asyncio.sleep(0.005)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _watch(self, means: Means) -> AsyncGenerator[None]:
        polls = registry()[self.account.channel].polls
        assert polls is not None
        watched = polls.watch(self.account, cursor=self.cursor, clock=self.clock, means=means)
        async with aclosing(watched) as batches:
            async for batch in batches:
                self.taken += batch.deliveries
                self.batches.append(len(batch.deliveries))
                self.cursor = msgspec.json.decode(msgspec.json.encode(batch.cursor))
                yield

    def texts(self) -> list[str]:
        """Return what was filed, each message once by its provider id, as ingest files it."""
        receives = registry()[self.account.channel].receives
        assert receives is not None
        filed: dict[str, str] = {}
        for delivery in self.taken:
            with suppress(DeliveryMalformed):
                for message in receives.parse(delivery, self.account).messages:
                    filed.setdefault(message.provider_message_id, message.text)
        return list(filed.values())
