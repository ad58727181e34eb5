"""Counters by queue: changes are added as rows of their own and folded each second, so no row is ever hot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.store.sql import fetch, fetch_one, run

RATES = ("arrived", "resolved")
"""What is counted by short periods, for figures by the hour."""

_FOLD_ROWS = 50_000
_LOCK = 4_201_031
"""An advisory lock; see shared/migrations.py for the numbers."""


class Place(NamedTuple):
    """What is counted: `slot` is the beginning of its period in seconds since 1970, 0 for a level."""

    queue: str
    measure: str
    slot: int = 0
    bucket: int = 0


async def add(connection: AsyncConnection, deltas: Mapping[Place, int]) -> None:
    """Add to the counters within the caller's transaction."""
    rows = [(*place, delta) for place, delta in deltas.items() if delta]
    if not rows:
        return
    await run(
        connection,
        """
        INSERT INTO responder.counter_deltas (queue, measure, slot, bucket, delta)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::smallint[], $5::bigint[])
        """,
        tuple(map(list, zip(*rows, strict=True))),
    )


async def read(connection: AsyncConnection, *, since: int, rates_since: int) -> dict[str, dict[str, dict[int, int]]]:
    """Return queue -> measure -> bucket -> value as of now.

    Levels are whole; of periods those count that began at `since` or later, of rates at `rates_since` or later.
    """
    rows = await fetch(
        connection,
        """
        SELECT queue, measure, bucket, sum(value)::bigint FROM (
            SELECT queue, measure, slot, bucket, value FROM responder.counters
            UNION ALL
            SELECT queue, measure, slot, bucket, delta FROM responder.counter_deltas
        ) AS parts
        WHERE slot = 0 OR slot >= CASE WHEN measure = ANY($3::text[]) THEN $2::bigint ELSE $1::bigint END
        GROUP BY 1, 2, 3
        """,
        (since, rates_since, list(RATES)),
    )
    found: dict[str, dict[str, dict[int, int]]] = {}
    for queue, measure, bucket, value in rows:
        found.setdefault(queue, {}).setdefault(measure, {})[bucket] = value
    return found


async def fold(connection: AsyncConnection) -> int:
    """Fold added rows into the counters and return how many; 0 when another process is at it."""
    (mine,) = await fetch_one(connection, f"SELECT pg_try_advisory_xact_lock({_LOCK})")
    if not mine:
        return 0
    row = await fetch_one(
        connection,
        """
        WITH gone AS (
            DELETE FROM responder.counter_deltas
            WHERE delta_id IN (SELECT delta_id FROM responder.counter_deltas ORDER BY delta_id LIMIT $1)
            RETURNING queue, measure, slot, bucket, delta
        ), added AS (
            INSERT INTO responder.counters AS c (queue, measure, slot, bucket, value)
            SELECT queue, measure, slot, bucket, sum(delta) FROM gone GROUP BY 1, 2, 3, 4
            ON CONFLICT (queue, measure, slot, bucket) DO UPDATE SET value = c.value + excluded.value
        )
        SELECT count(*) FROM gone
        """,
        (_FOLD_ROWS,),
    )
    return int(row[0])


async def forget(connection: AsyncConnection, *, before: int, rates_before: int) -> None:
    """Drop the periods, and the shorter ones of the rates, that began before these seconds; levels stay."""
    await run(
        connection,
        """
        DELETE FROM responder.counters
        WHERE slot > 0 AND slot < CASE WHEN measure = ANY($3::text[]) THEN $2::bigint ELSE $1::bigint END
        """,
        (before, rates_before, list(RATES)),
    )
