"""Shows incidents and settles them; an accepted one can be rejected later, and the other way round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.router.store.incidents import (
    complaints_of,
    examples_of,
    incident_by,
    list_incidents,
    settle_incident,
)
from services.router.usecases.refusals import NotFound
from shared.clock import Clock

State = Literal["offered", "accepted", "rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidents:
    """What many customers have in common. Each complaint keeps its own answer and clocks: nothing has to be undone."""

    engine: AsyncEngine
    clock: Clock

    async def listed(
        self, *, state: State | None, ended: bool | None, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[dict[str, Any]]:
        """Return incidents with examples, newest first."""
        async with self.engine.connect() as connection:
            rows = await list_incidents(connection, state=state, ended=ended, after=after, limit=limit)
            return await shown(connection, rows)

    async def one(self, incident_id: UUID) -> dict[str, Any]:
        """Return an incident; `NotFound` when there is none."""
        async with self.engine.connect() as connection:
            return await _one(connection, incident_id)

    async def complaints(
        self, incident_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[dict[str, Any]]:
        """Return the complaints of an incident, newest first; `NotFound` when there is no such incident."""
        async with self.engine.connect() as connection:
            await _one(connection, incident_id)
            return [dict(row) for row in await complaints_of(connection, incident_id, after=after, limit=limit)]

    async def settle(self, incident_id: UUID, *, state: State, by: str) -> dict[str, Any]:
        """Accept or reject an incident and return it; the same answer again changes nothing."""
        async with self.engine.begin() as connection:
            await settle_incident(connection, incident_id, state=state, by=by, now=self.clock.now())
            return await _one(connection, incident_id)


async def shown(connection: AsyncConnection, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    """Return incidents as they are shown, each with the references of its first complaints."""
    examples = await examples_of(connection, [row["incident_id"] for row in rows])
    return [
        {
            "incident_id": row["incident_id"],
            "state": row["state"],
            "began_at": row["began_at"],
            "noticed_at": row["noticed_at"],
            "ended_at": row["ended_at"],
            "complaints": row["complaints"],
            "because": {"signs": row["signs"], "customers": row["customers"], "usual": round(row["usual"], 2)},
            "examples": examples.get(row["incident_id"], []),
            "settled_at": row["settled_at"],
            "settled_by": row["settled_by"],
        }
        for row in rows
    ]


async def _one(connection: AsyncConnection, incident_id: UUID) -> dict[str, Any]:
    row = await incident_by(connection, incident_id)
    if row is None:
        raise NotFound("there is no such incident")
    return (await shown(connection, [row]))[0]
