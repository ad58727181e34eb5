"""What waits for other systems, as Prometheus sees it."""

from __future__ import annotations

import logging
from typing import Final
from uuid import UUID

from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.store import webhook_history, webhook_subscriptions
from shared.clock import Clock

logger = logging.getLogger(__name__)

_WAITING = Gauge("webhook_notifications_waiting", "Notifications that wait (each subscription to 10,000).", ["state"])
_OLDEST = Gauge("webhook_oldest_waiting_seconds", "Age of the oldest notification that waits.", ["state"])
_SUBSCRIPTIONS = Gauge("webhook_subscriptions", "Subscriptions by what they are.", ["state"])
_STATES: Final = ("active", "failing", "paused")
_MOST: Final = 10_000


class WebhookGauges:
    """Measures the backlog: of subscriptions that go well, that fail, and that are paused."""

    every_s = 5.0

    def __init__(self, *, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def measure(self) -> set[UUID]:
        """Set the gauges and return which subscriptions there are; a database that is away leaves them as they are."""
        try:
            async with self._engine.connect() as connection:
                subscriptions = await webhook_subscriptions.everything(connection)
                names = [s.subscription_id for s in subscriptions]
                waiting = await webhook_history.waiting(connection, names, most=_MOST)
        except Exception as error:  # noqa: BLE001 - measured again in some seconds
            logger.warning("the backlog of webhooks was not measured", extra={"error": type(error).__name__})
            return set()
        now = self._clock.now()
        for state in _STATES:
            here = [
                s for s in subscriptions if (s.state if s.state == "paused" or not s.failures else "failing") == state
            ]
            held = [waiting[s.subscription_id] for s in here]
            oldest = min((one.oldest for one in held if one.oldest), default=now)
            _SUBSCRIPTIONS.labels(state).set(len(here))
            _WAITING.labels(state).set(sum(one.count for one in held))
            _OLDEST.labels(state).set(max(0.0, (now - oldest).total_seconds()))
        return set(names)
