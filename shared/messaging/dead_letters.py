"""The dead letters: what could not be handled, kept whole, until a person replays or discards it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging.envelope import as_text
from shared.messaging.outbox import Announcement, announce
from shared.messaging.reasons import UNREADABLE
from shared.messaging.records import Record
from shared.messaging.tables import MessagingTables


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One dead letter without its body: what it was, where it stood, why and how often it failed."""

    event_id: UUID
    topic: str
    partition: int | None
    offset: int | None
    type: str
    time: datetime
    size_bytes: int
    reason: str
    exception: str | None
    failures: int
    first_failed_at: datetime
    last_failed_at: datetime
    traceparent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a record failed: a code of `reasons` and the type of the exception, never its text."""

    reason: str
    exception: str | None = None


async def bury(
    connection: AsyncConnection,
    tables: MessagingTables,
    records: Sequence[tuple[Record, Fault]],
    *,
    dead_topic: str,
    now: datetime,
) -> None:
    """Keep records as dead letters and announce a copy of each that is new, within the caller's transaction."""
    letters = {record.event_id: (record, fault) for record, fault in records}
    values = [_values(record, fault, now=now) for record, fault in letters.values()]
    statement = insert(tables.dead_letters).values(values)
    again = {
        "failures": tables.dead_letters.c.failures + 1,
        "last_failed_at": now,
        "replayed_at": None,
        "reason": statement.excluded.reason,
        "exception": statement.excluded.exception,
    }
    kept = await connection.execute(
        statement.on_conflict_do_update(index_elements=["event_id"], set_=again).returning(
            tables.dead_letters.c.event_id, tables.dead_letters.c.failures
        )
    )
    new = [letters[event_id] for event_id, failures in kept if failures == 1]
    await announce(connection, tables, [_copy(record, fault, topic=dead_topic) for record, fault in new])


async def find(
    connection: AsyncConnection,
    tables: MessagingTables,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
) -> list[DeadLetter]:
    """Return the open dead letters, oldest first; `after` is (first_failed_at, event_id) of the last one seen."""
    t = tables.dead_letters.c
    query = (
        select(
            t.event_id, t.topic, t.partition, t.offset, t.type, t.time, func.octet_length(t.body).label("size_bytes"),
            t.reason, t.exception, t.failures, t.first_failed_at, t.last_failed_at, t.traceparent,
        )
        .where(t.replayed_at.is_(None), t.discarded_at.is_(None))
        .order_by(t.first_failed_at, t.event_id)
        .limit(limit)
    )  # fmt: skip
    if after is not None:
        query = query.where(tuple_(t.first_failed_at, t.event_id) > after)
    return [DeadLetter(**row._mapping) for row in await connection.execute(query)]


async def replay(
    connection: AsyncConnection, tables: MessagingTables, *, event_ids: Sequence[UUID], now: datetime
) -> list[UUID]:
    """Announce dead letters again on their topic, within the caller's transaction; return the ids of those it was.

    One that fails again is a dead letter again. What was unreadable, replayed already or discarded is left out.
    """
    t = tables.dead_letters.c
    rows = await connection.execute(
        update(tables.dead_letters)
        .where(
            t.event_id.in_(event_ids),
            t.replayed_at.is_(None),
            t.discarded_at.is_(None),
            t.reason.not_like(f"{UNREADABLE}%"),
        )
        .values(replayed_at=now)
        .returning(t.event_id, t.topic, t.key, t.type, t.source, t.subject, t.time, t.body, t.traceparent)
    )
    letters = sorted(rows, key=lambda row: row.time)
    await announce(connection, tables, [_original(row) for row in letters])
    return [row.event_id for row in letters]


async def discard(
    connection: AsyncConnection, tables: MessagingTables, *, event_ids: Sequence[UUID], reason: str, now: datetime
) -> list[UUID]:
    """Settle dead letters as not to be handled, with a person's reason; they stay in the table. Return those it was."""
    t = tables.dead_letters.c
    rows = await connection.execute(
        update(tables.dead_letters)
        .where(t.event_id.in_(event_ids), t.replayed_at.is_(None), t.discarded_at.is_(None))
        .values(discarded_at=now, discard_reason=reason)
        .returning(t.event_id)
    )
    return list(rows.scalars())


def _values(record: Record, fault: Fault, *, now: datetime) -> dict[str, object]:
    return {
        "event_id": record.event_id,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": as_text(record.key),
        "type": as_text(record.type),
        "source": as_text(record.source),
        "subject": as_text(record.subject),
        "time": record.time,
        "body": record.body,
        "traceparent": as_text(record.traceparent),
        "reason": fault.reason,
        "exception": fault.exception,
        "failures": 1,
        "first_failed_at": now,
        "last_failed_at": now,
    }


def _copy(record: Record, fault: Fault, *, topic: str) -> Announcement:
    return Announcement(
        event_id=record.event_id,
        topic=topic,
        type=record.type,
        source=record.source,
        key=record.key,
        subject=record.subject,
        time=record.time,
        body=record.body,
        traceparent=record.traceparent,
        dead_reason=fault.reason,
    )


def _original(row: Row[tuple[UUID, str, str, str, str, str | None, datetime, bytes, str | None]]) -> Announcement:
    return Announcement(
        event_id=row.event_id,
        topic=row.topic,
        type=row.type,
        source=row.source,
        key=row.key,
        subject=row.subject,
        time=row.time,
        body=row.body,
        traceparent=row.traceparent,
    )
