"""Files parcels: messages once, their announcements, raw deliveries, counts, all in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.domain.books import Tally
from services.ingest.domain.parcel import Filing, Known, Outcome, Parcel
from services.ingest.store import cursors, keeping
from services.ingest.store.balance import write_down
from services.ingest.store.tables import messaging
from shared.contracts.received import MessageReceived
from shared.messaging.outbox import Announcement, announce

_INSERT_MESSAGES = """
INSERT INTO ingest.messages (message_id, reference, account, received_at, request_sha256)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::bytea[])
ON CONFLICT (message_id) DO NOTHING
RETURNING message_id
"""
_KNOWN_MESSAGES = """
SELECT message_id, reference, received_at, request_sha256 FROM ingest.messages WHERE message_id = ANY($1::uuid[])
"""


async def file_parcels(connection: AsyncConnection, parcels: Sequence[Parcel], *, now: datetime) -> list[Outcome]:
    """File the parcels in order; of two that hold the same message the first files it and the other knows it."""
    fresh = await _insert_messages(connection, [f for p in parcels for f in p.filings])
    tally, outcomes, announcements, kept = Tally(), [], [], []
    for parcel in parcels:
        filed = _claimed(parcel, fresh)
        tally.add(parcel.account, "filed", len(filed))
        tally.add(parcel.account, "duplicate", len(parcel.filings) - len(filed))
        tally.add(parcel.account, "ignored", parcel.ignored)
        announcements += [_announcement(f, parcel) for f in filed]
        if filed and parcel.raw:
            kept.append(parcel)
        outcomes.append(Outcome(filed={f.event.message_id: f.event.reference for f in filed}, known={}))
    await announce(connection, messaging, announcements)
    await keeping.keep_deliveries(connection, kept)
    await _keep_the_rest(connection, parcels, tally, now=now)
    await write_down(connection, tally, on_day=now.date())
    return await _with_known(connection, parcels, outcomes)


def _claimed(parcel: Parcel, fresh: set[UUID]) -> list[Filing]:
    """Take the parcel's filings out of those that are new; what stands in it twice is taken once."""
    claimed = []
    for filing in parcel.filings:
        if filing.event.message_id in fresh:
            fresh.remove(filing.event.message_id)
            claimed.append(filing)
    return claimed


async def _insert_messages(connection: AsyncConnection, filings: Sequence[Filing]) -> set[UUID]:
    if not filings:
        return set()
    # In the order of their ids: two processes that file the same messages wait for each other, not in a circle.
    rows = sorted({f.event.message_id: f for f in reversed(filings)}.values(), key=lambda f: f.event.message_id)
    columns = (
        [f.event.message_id for f in rows],
        [f.event.reference for f in rows],
        [f.event.account for f in rows],
        [f.event.received_at for f in rows],
        [f.request_sha256 for f in rows],
    )
    return set((await connection.exec_driver_sql(_INSERT_MESSAGES, columns)).scalars())


def _announcement(filing: Filing, parcel: Parcel) -> Announcement:
    event = filing.event
    return Announcement(
        event_id=event.message_id,
        topic=MessageReceived.TOPIC,
        type=MessageReceived.TYPE,
        source="/ingest",
        key=filing.key,
        subject=event.reference,
        time=event.received_at,
        body=msgspec.json.encode(event),
        traceparent=parcel.traceparent,
    )


async def _keep_the_rest(
    connection: AsyncConnection, parcels: Sequence[Parcel], tally: Tally, *, now: datetime
) -> None:
    for parcel in parcels:
        if parcel.quarantined:
            kind = "quarantined" if await keeping.quarantine(connection, parcel, parcel.quarantined) else "duplicate"
            tally.add(parcel.account, kind, parcel.quarantined.items)  # type: ignore[arg-type]
        if parcel.receipts:
            await keeping.keep_receipts(connection, parcel, now=now)
        if parcel.media:
            await keeping.keep_media(connection, parcel, now=now)
        if parcel.cursor is not None:
            await cursors.move(connection, parcel.account, parcel.cursor, now=now)


async def _with_known(connection: AsyncConnection, parcels: Sequence[Parcel], outcomes: list[Outcome]) -> list[Outcome]:
    """Look up what was filed before, for the few parcels whose sender is to be told the first answer again."""
    missing = {
        f.event.message_id
        for parcel, outcome in zip(parcels, outcomes, strict=True)
        for f in parcel.filings
        if f.request_sha256 is not None and f.event.message_id not in outcome.filed
    }
    if not missing:
        return outcomes
    rows = await connection.exec_driver_sql(_KNOWN_MESSAGES, (list(missing),))
    known = {r.message_id: Known(**{k: v for k, v in r._asdict().items() if k != "message_id"}) for r in rows}
    return [
        Outcome(
            filed=outcome.filed,
            known={
                f.event.message_id: known[f.event.message_id]
                for f in parcel.filings
                if f.event.message_id in known and f.event.message_id not in outcome.filed
            },
        )
        for parcel, outcome in zip(parcels, outcomes, strict=True)
    ]
