"""The balance in rows: each commit appends its differences, a job folds them, a reading adds both."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.domain.books import Tally, balanced

_APPEND = """
INSERT INTO ingest.balance_deltas (on_day, account, kind, n)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[])
"""
_FOLD = """
WITH taken AS (
    DELETE FROM ingest.balance_deltas
    WHERE id IN (SELECT id FROM ingest.balance_deltas ORDER BY id LIMIT 10000 FOR UPDATE SKIP LOCKED)
    RETURNING account, on_day, kind, n
)
INSERT INTO ingest.balance AS b (account, on_day, kind, n)
SELECT account, on_day, kind, sum(n) FROM taken GROUP BY account, on_day, kind ORDER BY account, on_day, kind
ON CONFLICT (account, on_day, kind) DO UPDATE SET n = b.n + excluded.n
"""
_READ = """
SELECT kind, sum(n)::bigint AS n FROM (
    SELECT account, on_day, kind, n FROM ingest.balance
    UNION ALL
    SELECT account, on_day, kind, n FROM ingest.balance_deltas
) AS everything
WHERE ($1::text IS NULL OR account = $1) AND ($2::date IS NULL OR on_day >= $2) AND ($3::date IS NULL OR on_day <= $3)
GROUP BY kind
"""


async def write_down(connection: AsyncConnection, tally: Tally, *, on_day: date) -> None:
    """Append what was counted; a counter row of its own would be fought over by every commit."""
    rows = tally.rows()
    if rows:
        columns = (on_day, [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows])
        await connection.exec_driver_sql(_APPEND, columns)


async def fold(connection: AsyncConnection) -> int:
    """Fold appended differences into the balance and return how many groups changed."""
    return (await connection.exec_driver_sql(_FOLD)).rowcount


async def read(
    connection: AsyncConnection, *, account: str | None, since: date | None, until: date | None
) -> dict[str, int]:
    """Return the six figures of one account or of all, over whole days in UTC, both ends included."""
    rows = await connection.exec_driver_sql(_READ, (account, since, until))
    return balanced({row["kind"]: row["n"] for row in rows.mappings()})
