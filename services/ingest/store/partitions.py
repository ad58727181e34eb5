"""The raw deliveries' partitions: one a day, made ahead, dropped when their time is over."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_AHEAD_DAYS = 3
_LOCK = 4_201_027
"""An advisory lock; see shared/migrations.py for the numbers."""
_PARTITIONS = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'ingest.deliveries'::regclass AND c.relname ~ '^deliveries_[0-9]{8}$'
"""


async def keep_partitions(connection: AsyncConnection, *, today: date, retention: timedelta) -> None:
    """Make the partitions of the next days and drop what is older than `retention`."""
    await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    existing = set((await connection.execute(text(_PARTITIONS))).scalars())
    for ahead in range(_AHEAD_DAYS + 1):
        day = today + timedelta(days=ahead)
        if _name(day) not in existing:
            for statement in _making(day):
                await connection.execute(text(statement))
    oldest = today - retention
    for name in sorted(existing):
        if name < _name(oldest):
            await connection.execute(text(f"DROP TABLE ingest.{name}"))
    await connection.execute(text(f"DELETE FROM ingest.deliveries_rest WHERE received_at < '{_begin(oldest)}'"))  # noqa: S608


def _making(day: date) -> list[str]:
    """Return the statements that make a day's partition and move there what came before it was made.

    After a long sleep ingest takes deliveries at once: while one of the day lies in the default partition, PostgreSQL
    refuses to make the day's.
    """
    name, begin, end = f"ingest.{_name(day)}", _begin(day), _begin(day + timedelta(days=1))
    return [
        "LOCK TABLE ingest.deliveries_rest IN ACCESS EXCLUSIVE MODE",
        f"CREATE TABLE {name} (LIKE ingest.deliveries INCLUDING ALL)",
        f"WITH early AS (DELETE FROM ingest.deliveries_rest WHERE received_at >= '{begin}' AND received_at < '{end}' "  # noqa: S608
        f"RETURNING *) INSERT INTO {name} SELECT * FROM early",
        f"ALTER TABLE ingest.deliveries ATTACH PARTITION {name} FOR VALUES FROM ('{begin}') TO ('{end}')",
    ]


def _begin(day: date) -> str:
    return f"{day.isoformat()} 00:00:00+00"


def _name(day: date) -> str:
    return f"deliveries_{day:%Y%m%d}"
