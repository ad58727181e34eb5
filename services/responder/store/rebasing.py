"""Which edition of rulebook and holidays the open clocks were last held against, and whose turn is next."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.responder.store.sql import fetch, fetch_one, run

_LOCK: Final = 4_201_037
_NOBODY: Final = UUID(int=0)


@asynccontextmanager
async def only_one(engine: AsyncEngine) -> AsyncIterator[bool]:
    """Give True to one process at a time; the others leave the work to it."""
    async with engine.connect() as connection:
        row = await fetch_one(connection, "SELECT pg_try_advisory_lock($1::bigint)", (_LOCK,))
        await connection.commit()
        try:
            yield bool(row[0])
        finally:
            if row[0]:
                await run(connection, "SELECT pg_advisory_unlock($1::bigint)", (_LOCK,))
                await connection.commit()


async def last_edition(connection: AsyncConnection) -> str | None:
    """Return the edition that the clocks were last held against, to the end."""
    row = await fetch_one(connection, "SELECT edition FROM responder.rebased")
    return row[0] if row else None


async def done(connection: AsyncConnection, edition: str, *, now: datetime) -> None:
    """Remember that all clocks have been held against an edition."""
    await run(
        connection,
        "INSERT INTO responder.rebased (only_row, edition, done_at) VALUES (true, $1, $2) "
        "ON CONFLICT (only_row) DO UPDATE SET edition = excluded.edition, done_at = excluded.done_at",
        (edition, now),
    )


async def next_complaints(connection: AsyncConnection, *, after: UUID | None, limit: int) -> list[UUID]:
    """Return complaints on which a clock may run, in the order of their ids."""
    rows = await fetch(
        connection,
        "SELECT complaint_id FROM responder.work WHERE complaint_id > $1 AND timer_at IS NOT NULL "
        "ORDER BY complaint_id LIMIT $2",
        (after or _NOBODY, limit),
    )
    return [row[0] for row in rows]
