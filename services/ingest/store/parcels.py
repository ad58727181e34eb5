"""Files parcels: their messages, and whatever else they hold, all in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.domain.books import Tally
from services.ingest.domain.parcel import Filing, Known, Outcome, Parcel
from services.ingest.store import cursors, keeping
from services.ingest.store.balance import write_down
from services.ingest.store.filing import file_and_commit, file_messages
from shared.web.database import Driver

_KNOWN_MESSAGES = """
SELECT message_id, reference, received_at, request_sha256 FROM ingest.messages WHERE message_id = ANY($1::uuid[])
"""


async def file_parcels(connection: AsyncConnection, parcels: Sequence[Parcel], *, now: datetime) -> list[Outcome]:
    """File the parcels in order; of two that hold the same message the first files it and the other knows it."""
    fresh = await file_messages(connection, parcels, on_day=now.date())
    outcomes = [_outcome(parcel, fresh) for parcel in parcels]
    await write_down(connection, await _keep_the_rest(connection, parcels, now=now), on_day=now.date())
    return await _with_known(connection, parcels, outcomes)


def are_messages_alone(parcels: Sequence[Parcel]) -> bool:
    """Tell whether one statement files all of them: most deliveries are new messages and nothing else."""
    return all(
        parcel.filings
        and not (parcel.ignored or parcel.quarantined or parcel.receipts or parcel.media or parcel.cursor is not None)
        and all(filing.request_sha256 is None for filing in parcel.filings)
        for parcel in parcels
    )


async def commit_messages(connection: Driver, parcels: Sequence[Parcel], *, now: datetime) -> list[Outcome]:
    """File parcels that `are_messages_alone` in a transaction of their own, which one journey begins and commits."""
    fresh = await file_and_commit(connection, parcels, on_day=now.date())
    return [_outcome(parcel, fresh) for parcel in parcels]


def _outcome(parcel: Parcel, fresh: set[UUID]) -> Outcome:
    filed = _claimed(parcel, fresh)
    return Outcome(filed={f.event.message_id: f.event.reference for f in filed}, known={})


def _claimed(parcel: Parcel, fresh: set[UUID]) -> list[Filing]:
    """Take the parcel's filings out of those that are new; what stands in it twice is taken once."""
    claimed = []
    for filing in parcel.filings:
        if filing.event.message_id in fresh:
            fresh.remove(filing.event.message_id)
            claimed.append(filing)
    return claimed


async def _keep_the_rest(connection: AsyncConnection, parcels: Sequence[Parcel], *, now: datetime) -> Tally:
    """Keep what is no message and return its count; most parcels hold nothing of it."""
    tally = Tally()
    for parcel in parcels:
        tally.add(parcel.account, "ignored", parcel.ignored)
        if parcel.quarantined:
            kind = "quarantined" if await keeping.quarantine(connection, parcel, parcel.quarantined) else "duplicate"
            tally.add(parcel.account, kind, parcel.quarantined.items)  # type: ignore[arg-type]
        if parcel.receipts:
            await keeping.keep_receipts(connection, parcel, now=now)
        if parcel.media:
            await keeping.keep_media(connection, parcel, now=now)
        if parcel.cursor is not None:
            await cursors.move(connection, parcel.account, parcel.cursor, now=now)
    return tally


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
