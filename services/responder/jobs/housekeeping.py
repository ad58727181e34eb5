"""Folds the counters, lets go what a wrong clock had put off, and drops now and then what no rule looks back at."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.store import automatic_contacts, counters, leases, webhook_cleaning
from services.responder.store.tables import messaging
from shared.clock import Clock
from shared.messaging.inbox import prune_inbox

logger = logging.getLogger(__name__)

_FOLD_EVERY_S: Final = 1.0
_CLEAN_EVERY: Final = timedelta(minutes=10)
_PERIODS_KEPT: Final = timedelta(days=9)
_RATES_KEPT: Final = timedelta(hours=2)
_WEBHOOKS_KEPT: Final = timedelta(days=30)
_WEBHOOKS_AT_ONCE: Final = 5_000
_INBOX_KEPT: Final = timedelta(days=45)
"""Longer than Kafka keeps the router's events (30 days)."""


class Housekeeping:
    """Keeps the responder's tables small."""

    def __init__(self, *, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._stopping = asyncio.Event()
        self._cleaned_at: datetime | None = None

    async def run(self) -> None:
        """Fold and wake each second until `stop`."""
        while not self._stopping.is_set():
            try:
                await self._fold()
                await self._wake()
                await self._clean()
            except Exception as error:  # noqa: BLE001 - the job outlives its database
                logger.warning("housekeeping waits", extra={"error": type(error).__name__})
            try:
                async with asyncio.timeout(_FOLD_EVERY_S):
                    await self._stopping.wait()
            except TimeoutError:
                pass

    async def stop(self) -> None:
        """Let `run` return after the transaction at hand."""
        self._stopping.set()

    async def _fold(self) -> None:
        async with self._engine.begin() as connection:
            await counters.fold(connection)

    async def _wake(self) -> None:
        async with self._engine.begin() as connection:
            await leases.wake(connection, now=self._clock.now())

    async def _clean(self) -> None:
        now = self._clock.now()
        if self._cleaned_at is not None and now - self._cleaned_at < _CLEAN_EVERY:
            return
        self._cleaned_at = now
        async with self._engine.begin() as connection:
            await counters.forget(
                connection,
                before=int((now - _PERIODS_KEPT).timestamp()),
                rates_before=int((now - _RATES_KEPT).timestamp()),
            )
            await automatic_contacts.forget(connection, now=now)
        while await self._forget_webhooks(now) >= _WEBHOOKS_AT_ONCE and not self._stopping.is_set():
            pass
        await prune_inbox(engine=self._engine, tables=messaging, now=now, older_than=_INBOX_KEPT)

    async def _forget_webhooks(self, now: datetime) -> int:
        async with self._engine.begin() as connection:
            return await webhook_cleaning.forget(connection, before=now - _WEBHOOKS_KEPT, limit=_WEBHOOKS_AT_ONCE)
