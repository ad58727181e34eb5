"""Merges parties that are one person, and takes that back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.router.store.party_merges import (
    begin_merging,
    complaints_of,
    end_merge,
    insert_merge,
    members_of,
    points_of,
    root_of,
)
from services.router.usecases.refusals import Conflict, Invalid, NotFound
from shared.clock import Clock

_NEWEST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Whoever complains, by all that was merged. Complaints and contact points stay with whom they came from, and no
    address that answers go to is ever taken from here."""

    engine: AsyncEngine
    clock: Clock

    async def one(self, party_id: UUID) -> dict[str, Any]:
        """Return a party with all that was merged with it; `NotFound` when there is none."""
        async with self.engine.connect() as connection:
            return await _shown(connection, await _root(connection, party_id))

    async def merge(self, party_id: UUID, *, into: UUID, reason: str, despite_claims: bool, by: str) -> dict[str, Any]:
        """Merge a party into another and return what came of it.

        `Conflict` when they are one already, and when no channel vouches for a contact point of both, unless
        `despite_claims`: what somebody merely claims is no proof of who they are.
        """
        async with self.engine.begin() as connection:
            await begin_merging(connection)
            own = await _root(connection, party_id)
            other = await root_of(connection, into)
            if other is None:
                raise Invalid("/into", "no party has this id")
            if own == other:
                raise Conflict("these two are one party already")
            vouched = await _vouched(connection, own, other)
            if not vouched and not despite_claims:
                raise Conflict(
                    "no channel vouches for a contact point of both; `despite_claims` merges them all the same"
                )
            await insert_merge(
                connection, party_id=own, into=other, vouched=vouched, reason=reason, by=by, now=self.clock.now()
            )
            return await _shown(connection, other)

    async def unmerge(self, party_id: UUID, *, by: str) -> dict[str, Any]:
        """Let a party stand for itself again, with what had been merged into it, and return it."""
        async with self.engine.begin() as connection:
            await begin_merging(connection)
            await _root(connection, party_id)
            if not await end_merge(connection, party_id=party_id, by=by, now=self.clock.now()):
                raise Conflict("this party was not merged into another")
            return await _shown(connection, party_id)


async def _root(connection: AsyncConnection, party_id: UUID) -> UUID:
    root = await root_of(connection, party_id)
    if root is None:
        raise NotFound("there is no such party")
    return root


async def _vouched(connection: AsyncConnection, one: UUID, other: UUID) -> bool:
    """Whether the same point is verified on both sides."""
    sides = []
    for root in (one, other):
        members = [row["party_id"] for row in await members_of(connection, root)]
        sides.append({p["contact_point_id"] for p in await points_of(connection, members) if p["verified"]})
    return bool(sides[0] & sides[1])


async def _shown(connection: AsyncConnection, root: UUID) -> dict[str, Any]:
    members = await members_of(connection, root)
    ids = [row["party_id"] for row in members]
    points = await points_of(connection, ids)
    shown = [_party(row, points) for row in members]
    complaints = [dict(row) for row in await complaints_of(connection, ids, limit=_NEWEST)]
    return shown[0] | {"merged": shown[1:], "complaints": complaints}


def _party(row: RowMapping, points: Sequence[RowMapping]) -> dict[str, Any]:
    own = [
        {name: p[name] for name in ("kind", "value", "verified", "first_seen_at")}
        for p in points
        if p["party_id"] == row["party_id"]
    ]
    return {"party_id": row["party_id"], "name": row["name"], "internal": row["internal"], "contact_points": own}
