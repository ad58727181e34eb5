"""Shows and settles the router's dead letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.router.store.tables import messaging
from services.router.usecases.refusals import NotFound
from shared.clock import Clock
from shared.messaging import dead_letters


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetters:
    """What could not be settled, until a person replays or discards it."""

    engine: AsyncEngine
    clock: Clock

    async def listed(self, *, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[dict[str, Any]]:
        """Return the open ones, oldest first, without their bodies."""
        async with self.engine.connect() as connection:
            found = await dead_letters.find(connection, messaging, limit=limit, after=after)
        return [asdict(letter) for letter in found]

    async def replay(self, event_id: UUID) -> None:
        """Settle one again; `NotFound` for one that is not open or cannot be read at all."""
        async with self.engine.begin() as connection:
            done = await dead_letters.replay(connection, messaging, event_ids=[event_id], now=self.clock.now())
        if not done:
            raise NotFound("no dead letter with this id can be replayed")

    async def discard(self, event_id: UUID, *, reason: str) -> None:
        """End one for a reason; `NotFound` for one that is not open."""
        async with self.engine.begin() as connection:
            done = await dead_letters.discard(
                connection, messaging, event_ids=[event_id], reason=reason, now=self.clock.now()
            )
        if not done:
            raise NotFound("no open dead letter has this id")
