"""Who sends what: messages are claimed under a lease, renewed while a vendor is waited for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.store.outbound import NAMES, Outbound, read_row
from services.responder.store.sql import fetch, fetch_one, run


async def claim(
    connection: AsyncConnection, *, now: datetime, lease: timedelta, limit: int, without: Sequence[str] = ()
) -> list[Outbound]:
    """Take messages to send, each by one sender only until its lease ends; replies keep their order.

    Accounts in `without` are passed over.
    """
    rows = await fetch(
        connection,
        f"""
        UPDATE responder.outbound SET state = 'sending', ready_at = $2, attempts = attempts + 1
        WHERE outbound_id IN (
            SELECT outbound_id FROM responder.outbound AS o
            WHERE state IN ('queued', 'sending') AND ready_at <= $1 AND account <> ALL($4::text[]) AND NOT EXISTS (
                SELECT FROM responder.outbound AS earlier
                WHERE o.kind = 'reply' AND earlier.kind = 'reply' AND earlier.complaint_id = o.complaint_id
                    AND earlier.state IN ('queued', 'sending') AND earlier.created_at < o.created_at)
            ORDER BY ready_at LIMIT $3 FOR UPDATE SKIP LOCKED)
        RETURNING {NAMES}
        """,  # noqa: S608 - names of columns
        (now, now + lease, limit, list(without)),
    )
    return [read_row(row) for row in rows]


async def extend_leases(connection: AsyncConnection, taken: Sequence[Outbound], *, until: datetime) -> None:
    """Keep what this sender still has in hand from being taken by another."""
    await run(
        connection,
        """
        UPDATE responder.outbound AS o SET ready_at = $3
        FROM unnest($1::uuid[], $2::integer[]) AS mine (outbound_id, attempts)
        WHERE o.outbound_id = mine.outbound_id AND o.attempts = mine.attempts AND o.state = 'sending'
        """,
        ([m.outbound_id for m in taken], [m.attempts for m in taken], until),
    )


async def wake(connection: AsyncConnection, *, now: datetime) -> None:
    """Let go at once what a clock that has since been set back had put off; what a vendor asked for stays as it is.

    Our own waits are five minutes at most. What waits longer was put off by a vendor, or was last touched in what is
    now the future.
    """
    await run(
        connection,
        """
        UPDATE responder.outbound AS o SET ready_at = $1
        WHERE state IN ('queued', 'sending') AND ready_at > $2 AND (state = 'sending' OR created_at > $3 OR EXISTS (
            SELECT FROM responder.outbound_attempts AS a WHERE a.outbound_id = o.outbound_id AND a.ended_at > $3))
        """,
        (now, now + timedelta(minutes=5), now + timedelta(minutes=1)),
    )


async def backlog(connection: AsyncConnection, *, now: datetime) -> tuple[int, datetime | None]:
    """Return how many messages are past their time of sending, and since when the first is."""
    sql = """
        SELECT count(*), min(ready_at) FROM (
            SELECT ready_at FROM responder.outbound WHERE state IN ('queued', 'sending') AND ready_at <= $1 LIMIT 10000
        ) AS late
    """
    row = await fetch_one(connection, sql, (now,))
    return row[0], row[1]
