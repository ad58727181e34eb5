"""The responder's dead letters: looked at, replayed or discarded by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.store.tables import messaging
from shared.messaging import dead_letters
from shared.messaging.dead_letters import DeadLetter


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetters:
    """What could not be handled."""

    engine: AsyncEngine

    async def read(self, *, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[DeadLetter]:
        """Return open dead letters, oldest first."""
        async with self.engine.connect() as connection:
            return await dead_letters.find(connection, messaging, limit=limit, after=after)

    async def replay(self, event_id: UUID, *, now: datetime) -> bool:
        """Announce one again and return whether there was one to announce."""
        async with self.engine.begin() as connection:
            return bool(await dead_letters.replay(connection, messaging, event_ids=[event_id], now=now))

    async def discard(self, event_id: UUID, *, reason: str, now: datetime) -> bool:
        """Settle one as not to be handled and return whether there was one."""
        async with self.engine.begin() as connection:
            found = await dead_letters.discard(connection, messaging, event_ids=[event_id], reason=reason, now=now)
        return bool(found)
