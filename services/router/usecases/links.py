"""Settles suggested links; an accepted link can be rejected later, and the other way round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.router.store.moving import settle_link
from services.router.usecases.refusals import NotFound
from shared.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Linker:
    """Says whether two complaints are one. Each keeps its messages and its reply address: nothing has to be undone."""

    engine: AsyncEngine
    clock: Clock

    async def settle(self, link_id: UUID, *, state: Literal["accepted", "rejected"], by: str) -> dict[str, Any]:
        """Accept or reject a link and return it; the same answer again changes nothing."""
        async with self.engine.begin() as connection:
            link = await settle_link(connection, link_id, state=state, by=by, now=self.clock.now())
        if link is None:
            raise NotFound("there is no such link")
        return dict(link)
