"""A service's dead letters as a person works with them: listed, replayed, discarded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.clock import Clock
from shared.messaging import dead_letters
from shared.messaging.dead_letters import DeadLetter
from shared.messaging.tables import MessagingTables


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetters:
    """What could not be settled, until a person replays or discards it."""

    engine: AsyncEngine
    tables: MessagingTables
    clock: Clock

    async def listed(self, *, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[DeadLetter]:
        """Return the open ones, oldest first, without their bodies."""
        async with self.engine.connect() as connection:
            return await dead_letters.find(connection, self.tables, limit=limit, after=after)

    async def replay(self, event_id: UUID) -> bool:
        """Announce one again and return whether there was one to announce."""
        now = self.clock.now()
        async with self.engine.begin() as connection:
            return bool(await dead_letters.replay(connection, self.tables, event_ids=[event_id], now=now))

    async def discard(self, event_id: UUID, *, reason: str) -> bool:
        """Settle one as not to be handled and return whether there was one."""
        now = self.clock.now()
        async with self.engine.begin() as connection:
            done = await dead_letters.discard(connection, self.tables, event_ids=[event_id], reason=reason, now=now)
        return bool(done)
