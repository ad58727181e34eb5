"""Announcing: an event is written beside the state it tells of, in the same transaction; the relay publishes it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging.envelope import as_text
from shared.messaging.tables import LANES, MessagingTables


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """An event to publish: `topic` is the contract's name, `key` keeps order, `body` is JSON.

    `dead_reason` marks the copy of a dead letter.
    """

    event_id: UUID
    topic: str
    type: str
    source: str
    key: str
    subject: str | None
    time: datetime
    body: bytes
    traceparent: str | None = None
    dead_reason: str | None = None


async def announce(connection: AsyncConnection, tables: MessagingTables, announcements: Sequence[Announcement]) -> None:
    """Write events into the outbox within the caller's transaction, in their order, and wake the relay at its commit.

    An event that waits there for the same topic already is left as it is. Two transactions that announce under one key
    must be ordered by a lock of the caller (the row of the complaint): the order published is that of the sequence.
    """
    if announcements:
        await connection.exec_driver_sql(_insert(tables), _columns(announcements))


def lane_of(key: str) -> int:
    """Return the lane in which everything under this key stays in order."""
    return zlib.crc32(key.encode()) % LANES


def _columns(announcements: Sequence[Announcement]) -> tuple[Sequence[object], ...]:
    keys = [as_text(a.key) or "" for a in announcements]
    return (
        [lane_of(key) for key in keys],
        [a.event_id for a in announcements],
        [a.topic for a in announcements],
        keys,
        [a.type for a in announcements],
        [a.source for a in announcements],
        [as_text(a.subject) for a in announcements],
        [a.time for a in announcements],
        [a.body for a in announcements],
        [a.traceparent for a in announcements],
        [a.dead_reason for a in announcements],
    )


def insertion(schema: str, *, source: str) -> str:
    """Return the statement that announces the rows of `source`, in the order of their `ordinality`.

    For a service that stores its state in the same statement; it must also select `waking(schema)` at the end.
    """
    return f"""
        INSERT INTO "{schema}".outbox
            (lane, event_id, topic, key, type, source, subject, time, body, traceparent, dead_reason)
        SELECT lane, event_id, topic, key, type, source, subject, time, body, traceparent, dead_reason
        FROM {source} ORDER BY ordinality
        ON CONFLICT (event_id, topic) DO NOTHING
    """  # noqa: S608 - constants of the service


def waking(tables: MessagingTables) -> str:
    """Return the expression that wakes the relay once the transaction commits."""
    return f"pg_notify('{tables.wake_channel}', '')"


@cache
def _insert(tables: MessagingTables) -> str:
    # One statement: the rows and the one notification.
    return f"""
        WITH given AS (
            SELECT * FROM unnest($1::smallint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                                 $8::timestamptz[], $9::bytea[], $10::text[], $11::text[]) WITH ORDINALITY
                AS a (lane, event_id, topic, key, type, source, subject, time, body, traceparent, dead_reason)
        ), announced AS ({insertion(tables.schema, source="given")})
        SELECT {waking(tables)}
    """  # noqa: S608 - constants of the service
