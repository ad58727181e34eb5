"""The relay's side of the outbox, on its own asyncpg connection: take, remove, bury, measure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import msgspec

from shared.messaging.reasons import UNPUBLISHABLE

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
else:
    Connection = asyncpg.Connection  # generic for the type checker alone

_COUNTED_UP_TO = 100_001


class OutboxRow(msgspec.Struct, frozen=True):
    """An event that waits to be published, and its place: `seq` orders what stands in one lane.

    The columns in their order; a struct, because thousands a second are made of rows.
    """

    lane: int
    seq: int
    event_id: UUID
    topic: str
    key: str
    type: str
    source: str
    subject: str | None
    time: datetime
    body: bytes
    traceparent: str | None
    dead_reason: str | None


class OutboxRows:
    """The statements over one schema's outbox."""

    def __init__(self, connection: Connection, *, schema: str) -> None:
        self._connection = connection
        self._take = f"""
            WITH first AS (
                SELECT o.lane, o.seq, octet_length(o.body) AS size
                FROM unnest($1::smallint[]) AS mine (lane)
                CROSS JOIN LATERAL (
                    SELECT lane, seq, body FROM "{schema}".outbox WHERE outbox.lane = mine.lane ORDER BY seq LIMIT $2
                ) AS o
            ), small_enough AS (
                SELECT lane, seq, sum(size) OVER (ORDER BY seq) - size AS bytes_before FROM first
            )
            SELECT lane, seq, event_id, topic, key, type, source, subject, time, body, traceparent, dead_reason
            FROM small_enough JOIN "{schema}".outbox USING (lane, seq)
            WHERE bytes_before < $3 ORDER BY seq LIMIT $4
        """  # noqa: S608 - the schema is a constant of the service
        self._remove = f"""
            DELETE FROM "{schema}".outbox USING unnest($1::smallint[], $2::bigint[]) AS gone (lane, seq)
            WHERE outbox.lane = gone.lane AND outbox.seq = gone.seq
        """  # noqa: S608
        self._bury = f"""
            INSERT INTO "{schema}".dead_letters AS d
                (event_id, topic, key, type, source, subject, time, body, traceparent, reason, exception,
                 first_failed_at, last_failed_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now(), now())
            ON CONFLICT (event_id) DO UPDATE
                SET failures = d.failures + 1, last_failed_at = now(), replayed_at = NULL, reason = excluded.reason
        """  # noqa: S608
        self._measure = f"""
            SELECT (SELECT count(*) FROM (SELECT FROM "{schema}".outbox LIMIT {_COUNTED_UP_TO}) AS counted),
                   coalesce(extract(epoch FROM clock_timestamp() - min(announced_at)), 0)::float
            FROM unnest($1::smallint[]) AS every (lane)
            CROSS JOIN LATERAL (
                SELECT announced_at FROM "{schema}".outbox WHERE outbox.lane = every.lane ORDER BY seq LIMIT 1
            ) AS oldest
        """  # noqa: S608

    async def take(self, lanes: Sequence[int], *, rows: int, max_bytes: int) -> list[OutboxRow]:
        """Return the next events of these lanes, fairly over the lanes, not more than `rows` and about `max_bytes`."""
        per_lane = max(1, rows // 4)  # a lane that is far behind leaves room for the others
        found = await self._connection.fetch(self._take, list(lanes), per_lane, max_bytes, rows)
        return [OutboxRow(*row) for row in found]

    async def remove(self, rows: Sequence[OutboxRow]) -> None:
        """Take away what Kafka has; when this does not happen the events are published again, and the inbox notices."""
        if rows:
            await self._connection.execute(self._remove, [r.lane for r in rows], [r.seq for r in rows])

    async def bury(self, row: OutboxRow, *, exception: str) -> None:
        """Move an event that Kafka refuses for good to the dead letters, so that its lane goes on."""
        async with self._connection.transaction():
            if row.dead_reason is None:  # the copy of a dead letter is in the table already
                values: tuple[Any, ...] = (row.event_id, row.topic, row.key, row.type, row.source, row.subject)
                values += (row.time, row.body, row.traceparent, UNPUBLISHABLE, exception)
                await self._connection.execute(self._bury, *values)
            await self.remove([row])

    async def measure(self, lanes: Sequence[int]) -> tuple[int, float]:
        """Return how many events wait (counted up to a bound) and the age in seconds of the oldest in these lanes."""
        row = await self._connection.fetchrow(self._measure, list(lanes))
        return (row[0], row[1]) if row else (0, 0.0)
