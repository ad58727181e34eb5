"""Settles suggested links; what was said of one can be changed and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.router.store.links import list_links, reopen_link
from services.router.store.moving import settle_link
from services.router.usecases.refusals import NotFound
from shared.clock import Clock

LinkState = Literal["suggested", "accepted", "rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Linker:
    """Says whether two complaints are one. Each keeps its messages and its reply address: nothing has to be undone."""

    engine: AsyncEngine
    clock: Clock

    async def listed(
        self, *, state: LinkState | None, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[dict[str, Any]]:
        """Return links, newest first."""
        async with self.engine.connect() as connection:
            return [dict(row) for row in await list_links(connection, state=state, after=after, limit=limit)]

    async def settle(self, link_id: UUID, *, state: Literal["accepted", "rejected"], by: str) -> dict[str, Any]:
        """Accept or reject a link and return it; the same answer again changes nothing."""
        async with self.engine.begin() as connection:
            link = await settle_link(connection, link_id, state=state, by=by, now=self.clock.now())
        if link is None:
            raise NotFound("there is no such link")
        return dict(link)

    async def undo(self, link_id: UUID) -> dict[str, Any]:
        """Take back what was said of a link, by a person or by the rulebook: it is suggested again."""
        async with self.engine.begin() as connection:
            link = await reopen_link(connection, link_id)
        if link is None:
            raise NotFound("there is no such link")
        return dict(link)
