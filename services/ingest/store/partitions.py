"""The raw deliveries' partitions: one a day, made ahead, dropped when their time is over."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_AHEAD_DAYS = 3
_LOCK = 4_201_027
_PARTITIONS = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'ingest.deliveries'::regclass AND c.relname ~ '^deliveries_[0-9]{8}$'
"""


async def keep_partitions(connection: AsyncConnection, *, today: date, retention: timedelta) -> None:
    """Make the partitions of the next days and drop those older than `retention`."""
    await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    existing = set((await connection.execute(text(_PARTITIONS))).scalars())
    for ahead in range(_AHEAD_DAYS + 1):
        day = today + timedelta(days=ahead)
        if _name(day) not in existing:
            await connection.execute(
                text(
                    f"CREATE TABLE ingest.{_name(day)} PARTITION OF ingest.deliveries "
                    f"FOR VALUES FROM ('{day.isoformat()}') TO ('{(day + timedelta(days=1)).isoformat()}')"
                )
            )
    oldest = _name(today - retention)
    for name in sorted(existing):
        if name < oldest:
            await connection.execute(text(f"DROP TABLE ingest.{name}"))


def _name(day: date) -> str:
    return f"deliveries_{day:%Y%m%d}"
