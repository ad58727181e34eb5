"""Changes of the router that came before the ones they follow: they wait here for those."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.store.sql import fetch, fetch_one, run
from shared.contracts.routed import ComplaintRouted


async def take(connection: AsyncConnection, complaints: Iterable[UUID]) -> list[ComplaintRouted]:
    """Return what waits for these complaints; it waits no longer."""
    rows = await fetch(
        connection,
        "DELETE FROM responder.parked WHERE complaint_id = ANY($1::uuid[]) RETURNING body",
        (list(complaints),),
    )
    return [msgspec.json.decode(row[0], type=ComplaintRouted) for row in rows]


async def put(connection: AsyncConnection, changes: Sequence[ComplaintRouted], *, now: datetime) -> None:
    """Keep changes until the ones before them have come."""
    if not changes:
        return
    await run(
        connection,
        """
        INSERT INTO responder.parked (complaint_id, sequence, parked_at, body)
        SELECT c, s, $4, b FROM unnest($1::uuid[], $2::integer[], $3::bytea[]) AS given (c, s, b)
        ON CONFLICT (complaint_id, sequence) DO NOTHING
        """,
        (
            [change.complaint_id for change in changes],
            [change.sequence for change in changes],
            [msgspec.json.encode(change) for change in changes],
            now,
        ),
    )


async def waiting(connection: AsyncConnection) -> tuple[int, datetime | None]:
    """Return how many changes wait, and since when the first does."""
    row = await fetch_one(connection, "SELECT count(*), min(parked_at) FROM responder.parked")
    return row[0], row[1]
