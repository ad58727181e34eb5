"""What was told to one system: lists, one notification with its attempts, and telling it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.responder.domain.refusal import Refused, conflict, invalid
from services.responder.store import webhook_history, webhook_subscriptions
from services.responder.store.webhook_history import Sought
from services.responder.usecases.webhook_desk import unknown
from shared.clock import Clock

MOST_REPLAYED: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRecords:
    """Reads and replays notifications."""

    engine: AsyncEngine
    clock: Clock

    async def page(
        self, subscription: UUID, sought: Sought, *, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[dict[str, Any]]:
        """Return notifications, the newest first."""
        async with self.engine.connect() as connection:
            await _known(connection, subscription)
            return await webhook_history.page(connection, subscription, sought, after=after, limit=limit)

    async def one(self, subscription: UUID, notification: UUID) -> dict[str, Any]:
        """Return one notification with its body and its attempts."""
        async with self.engine.connect() as connection:
            await _known(connection, subscription)
            found = await webhook_history.one(connection, subscription, notification)
        if found is None:
            raise Refused("no notification of this subscription has this id", status=404)
        return found

    async def replay(self, subscription: UUID, notification: UUID) -> None:
        """Tell one again, under its id; one that is on its way already is left alone."""
        state = (await self.one(subscription, notification))["state"]
        async with self.engine.begin() as connection:
            many = await webhook_history.replay(
                connection, subscription, Sought(), only=notification, now=self.clock.now()
            )
        if not many:
            raise conflict(f"the notification is {state}: it is on its way already")

    async def replay_range(self, subscription: UUID, sought: Sought) -> int:
        """Tell a stretch of time again, in the order in which it happened, and return how many notifications it is."""
        async with self.engine.begin() as connection:
            await _known(connection, subscription)
            many = await webhook_history.count(connection, subscription, sought, most=MOST_REPLAYED + 1)
            if many > MOST_REPLAYED:
                raise invalid(("/to", f"more than {MOST_REPLAYED} notifications lie between: take a shorter time"))
            return await webhook_history.replay(connection, subscription, sought, now=self.clock.now())


async def _known(connection: AsyncConnection, subscription: UUID) -> None:
    if await webhook_subscriptions.find(connection, subscription) is None:
        raise unknown()
