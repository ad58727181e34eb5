"""What the counters cannot tell of a queue: its oldest complaint and the dates its work is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.store.sql import fetch

_OPEN = "state IN ('open', 'waiting_for_customer')"


async def oldest(connection: AsyncConnection, queues: Sequence[str]) -> dict[str, datetime]:
    """Return when the oldest open complaint of each queue was received; a look at one index entry a queue."""
    rows = await fetch(
        connection,
        f"""
        SELECT q, w.received_at FROM unnest($1::text[]) AS q, LATERAL (
            SELECT received_at FROM responder.work WHERE queue = q AND {_OPEN} ORDER BY received_at LIMIT 1
        ) AS w
        """,  # noqa: S608 - a constant
        (list(queues),),
    )
    return {row[0]: row[1] for row in rows}


async def resolve_dues(
    connection: AsyncConnection, queues: Sequence[str], *, most: int
) -> dict[str, list[tuple[datetime, int]]]:
    """Return for each queue the dates by which its work is to be resolved and how much is due at each.

    At most `most` complaints a queue, the earliest, are looked at.
    """
    rows = await fetch(
        connection,
        f"""
        SELECT q, w.due, count(*) FROM unnest($1::text[]) AS q, LATERAL (
            SELECT resolve_due_at AS due FROM responder.work
            WHERE queue = q AND {_OPEN} AND resolve_due_at IS NOT NULL ORDER BY resolve_due_at LIMIT $2
        ) AS w GROUP BY q, w.due ORDER BY q, w.due
        """,  # noqa: S608 - a constant
        (list(queues), most),
    )
    dues: dict[str, list[tuple[datetime, int]]] = {}
    for queue, due, complaints in rows:
        dues.setdefault(queue, []).append((due, complaints))
    return dues
