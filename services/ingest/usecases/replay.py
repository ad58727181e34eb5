"""Replays a quarantined delivery: read again by what is installed now, filed if that works; nothing twice."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.ingest.domain.books import Tally
from services.ingest.domain.parcel import Parcel, delivery_of
from services.ingest.store import quarantine
from services.ingest.store.balance import write_down
from services.ingest.store.parcels import file_parcels
from services.ingest.store.quarantine import QuarantinedDelivery
from services.ingest.usecases.account_directory import AccountDirectory
from services.ingest.usecases.packing import Packing
from services.ingest.usecases.take_delivery import TakeDelivery
from shared.blobs import Blobs
from shared.channel.errors import DeliveryError, DeliveryIgnored
from shared.channel.inbound import Parsed
from shared.clock import Clock


class NotQuarantined(Exception):
    """The delivery is unknown, or was replayed or discarded before."""


class StillUnreadable(Exception):
    """The delivery cannot be read yet; it stays where it is, one attempt older."""


class Replay:
    """What a person does with the quarantine."""

    def __init__(
        self, *, engine: AsyncEngine, clock: Clock, blobs: Blobs, accounts: AccountDirectory, take: TakeDelivery,
        packing: Packing,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._clock = clock
        self._blobs = blobs
        self._accounts = accounts
        self._take = take
        self._packing = packing

    async def raw(self, delivery_id: UUID) -> tuple[QuarantinedDelivery, bytes]:
        """Return the delivery and its body, byte for byte, whatever its state."""
        async with self._engine.connect() as connection:
            stored = await quarantine.get(connection, delivery_id)
        if stored is None:
            raise NotQuarantined
        body = stored.body if stored.blob_key is None else await self._blobs.read(stored.blob_key)
        return stored, body or b""

    async def replay(self, delivery_id: UUID, *, by: str) -> int:
        """File what can be read now and return how many messages that were; `StillUnreadable` when none can."""
        stored, body = await self.raw(delivery_id)
        if stored.state != "quarantined":
            raise NotQuarantined
        now = self._clock.now()
        parcel = await self._read_again(stored, body)
        async with self._engine.begin() as connection:
            # The row is locked first: of two people who press the button, one replays and the other is told so.
            if not await quarantine.end(connection, delivery_id, state="replayed", by=by, reason=None, now=now):
                raise NotQuarantined
            outcome = (await file_parcels(connection, [parcel], now=now))[0]
            await write_down(connection, _correction(stored, parcel, filed=len(outcome.filed)), on_day=now.date())
        return len(outcome.filed)

    async def discard(self, delivery_id: UUID, *, by: str, reason: str) -> None:
        """End a delivery that is no complaint; it stays in the books and can still be read."""
        now = self._clock.now()
        async with self._engine.begin() as connection:
            if not await quarantine.end(connection, delivery_id, state="discarded", by=by, reason=reason, now=now):
                raise NotQuarantined

    async def _read_again(self, stored: QuarantinedDelivery, body: bytes) -> Parcel:
        account = await self._accounts.find(stored.account)
        if account is None:
            raise StillUnreadable("its account is not connected any more")
        delivery = delivery_of(account=stored.account, received_at=stored.received_at, head=stored.head, body=body)
        try:
            delivery = await self._take.complete(delivery, account)
            parsed = await self._take.read(delivery, account)
        except DeliveryIgnored:
            parsed = Parsed(ignored=1)
        except Exception as error:
            await self._count_attempt(stored.delivery_id)
            detail = str(error) if isinstance(error, DeliveryError) else type(error).__name__
            raise StillUnreadable(detail) from error
        if parsed.unreadable:
            await self._count_attempt(stored.delivery_id)
            raise StillUnreadable(parsed.unreadable[0].detail)
        return await self._packing.pack(parsed, delivery=delivery, account=account, keep_raw=False)

    async def _count_attempt(self, delivery_id: UUID) -> None:
        async with self._engine.begin() as connection:
            await quarantine.count_attempt(connection, delivery_id)


def _correction(stored: QuarantinedDelivery, parcel: Parcel, *, filed: int) -> Tally:
    """Return what keeps the books true: the items leave quarantine, and neighbours filed before count only once."""
    tally = Tally()
    account = stored.account
    tally.add(account, "quarantined", -stored.items)
    tally.add(account, "duplicate", -(len(parcel.filings) - filed))
    tally.add(account, "ignored", -parcel.ignored)
    unaccounted = stored.items - filed
    if unaccounted > 0:
        # Items that turned out to be no message at all, or that had come by another way meanwhile.
        tally.add(account, "duplicate" if parcel.filings else "ignored", unaccounted)
    return tally
