"""Simulations: what was asked, how far it is, what came out; and the complaints of the past that they go through."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.store.rulebook_tables import rulebook_simulations as simulations

Place = tuple[datetime, UUID]

_PAGE = """
    SELECT c.received_at, c.complaint_id, c.reference, m.content::text AS content, d.body::text AS body,
           c.outcome_sought
    FROM (
        SELECT received_at, complaint_id, reference, outcome_sought FROM router.complaints
        WHERE (received_at, complaint_id) > ($1::timestamptz, $2::uuid) AND received_at < $3::timestamptz
        ORDER BY received_at, complaint_id LIMIT $4
    ) c
    JOIN router.messages m ON m.complaint_id = c.complaint_id AND m.joined_by = 'opened'
    JOIN router.decisions d ON d.complaint_id = c.complaint_id AND d.number = 1
    ORDER BY c.received_at, c.complaint_id
"""


async def begin(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    """Hold that a simulation has begun."""
    await connection.execute(insert(simulations).values(values))


async def advance(connection: AsyncConnection, simulation_id: UUID, *, done: int, now: datetime) -> bool:
    """Hold how far it is; False when it is to stop."""
    found = await connection.execute(
        update(simulations)
        .where(simulations.c.simulation_id == simulation_id, simulations.c.state == "running")
        .values(done=done, seen_at=now)
    )
    return bool(found.rowcount)


async def end(
    connection: AsyncConnection,
    simulation_id: UUID,
    *,
    state: str,
    now: datetime,
    result: Mapping[str, Any] | None = None,
) -> bool:
    """Hold how it ended; False when it had ended before."""
    found = await connection.execute(
        update(simulations)
        .where(simulations.c.simulation_id == simulation_id, simulations.c.state == "running")
        .values(state=state, ended_at=now, seen_at=now, result=result)
    )
    return bool(found.rowcount)


async def read(connection: AsyncConnection, simulation_id: UUID) -> RowMapping | None:
    """Return a simulation."""
    query = select(simulations).where(simulations.c.simulation_id == simulation_id)
    return (await connection.execute(query)).mappings().one_or_none()


async def count(connection: AsyncConnection, *, since: datetime, until: datetime) -> int:
    """Return how many complaints were received in a time."""
    query = text("SELECT count(*) FROM router.complaints WHERE received_at >= :since AND received_at < :until")
    number: int = (await connection.execute(query, {"since": since, "until": until})).scalar_one()
    return number


async def page(connection: AsyncConnection, *, after: Place, until: datetime, limit: int) -> list[Any]:
    """Return complaints in the order of receipt: each with what it is decided by."""
    found = await connection.exec_driver_sql(_PAGE, (*after, until, limit))
    return list(found.all())
