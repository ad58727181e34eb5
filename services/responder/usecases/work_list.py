"""The work list, for the routes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.store import work_list
from services.responder.store.work_list import Place, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkList:
    """Reads the complaints in the order of their due dates."""

    engine: AsyncEngine

    async def read(
        self, wanted: Wanted, *, after: Place | None, limit: int
    ) -> tuple[list[dict[str, Any]], Place | None]:
        """Return the next complaints and the place to go on from, if there are more."""
        async with self.engine.connect() as connection:
            return await work_list.read(connection, wanted, after=after, limit=limit)
