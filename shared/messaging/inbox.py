"""The inbox remembers which events were settled, so that an event that comes again changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.messaging.records import Record
from shared.messaging.tables import MessagingTables

_PRUNE_ROWS = 10_000


async def admit(
    connection: AsyncConnection, tables: MessagingTables, records: Sequence[Record], *, now: datetime
) -> list[Record]:
    """Remember these events within the caller's transaction; return those that were not known, each once, in order."""
    if not records:
        return []
    result = await connection.exec_driver_sql(_insert(tables.schema), ([r.event_id for r in records], now))
    fresh = {row[0] for row in result}
    admitted = []
    for record in records:
        if record.event_id in fresh:
            fresh.remove(record.event_id)  # a batch may hold the same event twice
            admitted.append(record)
    return admitted


async def prune_inbox(*, engine: AsyncEngine, tables: MessagingTables, now: datetime, older_than: timedelta) -> int:
    """Forget events settled longer ago than Kafka can still replay them; return how many.

    `older_than` must exceed the retention of the topics: an event that comes again later would be settled twice.
    """
    inbox = tables.inbox
    expired = select(inbox.c.event_id).where(inbox.c.admitted_at < bindparam("before")).limit(_PRUNE_ROWS)
    statement = delete(inbox).where(inbox.c.event_id.in_(expired))
    forgotten = 0
    while True:
        # Many short transactions: one long one would hold back the vacuum of the outbox.
        async with engine.begin() as connection:
            rows = (await connection.execute(statement, {"before": now - older_than})).rowcount
        forgotten += rows
        if rows < _PRUNE_ROWS:
            return forgotten


@cache
def _insert(schema: str) -> str:
    # Sorted: two consumers that settle the same events during a rebalance then wait for each other, never deadlock.
    return f"""
        INSERT INTO "{schema}".inbox (event_id, admitted_at)
        SELECT event_id, $2 FROM unnest($1::uuid[]) AS a (event_id) ORDER BY event_id
        ON CONFLICT (event_id) DO NOTHING
        RETURNING event_id
    """  # noqa: S608 - the schema is a constant of the service
