"""The timers: each clock fires within a quarter of a second of its instant, once, with any number of processes."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.store import work
from services.responder.usecases.fire import fire_due
from services.responder.usecases.promises import Promises
from shared.clock import Clock

logger = logging.getLogger(__name__)

_FIRED = Counter("clocks_fired_complaints_total", "Complaints on which a timer fired.")
_LATE = Gauge("clocks_overdue_seconds", "How long the most overdue timer has been waiting to fire.")

BATCH: Final = 200
_LONGEST_SLEEP_S: Final = 0.2
"""A clock may be started that is due sooner than the one we sleep for, and nothing wakes us then."""

_AFTER_FAULT_S: Final = 0.5


class Timers:
    """Fires what is due until it is stopped."""

    def __init__(self, *, engine: AsyncEngine, promises: Promises, clock: Clock, batch: int = BATCH) -> None:
        self._engine = engine
        self._promises = promises
        self._clock = clock
        self._batch = batch
        self._stopping = asyncio.Event()
        self.trouble: str | None = None

    async def run(self) -> None:
        """Fire, then sleep until the next instant; a database that is away only makes it wait."""
        while not self._stopping.is_set():
            try:
                fired = await fire_due(self._engine, promises=self._promises, now=self._clock.now(), limit=self._batch)
                wait = 0.0 if fired == self._batch else await self._until_next()
                self.trouble = None
            except Exception as error:  # noqa: BLE001 - the job outlives its database
                self.trouble = type(error).__name__
                logger.warning("the timers could not fire", extra={"error": self.trouble})
                fired, wait = 0, _AFTER_FAULT_S
            _FIRED.inc(fired)
            await self._pause(wait)

    async def stop(self) -> None:
        """Let `run` return after the transaction at hand."""
        self._stopping.set()

    async def _until_next(self) -> float:
        async with self._engine.connect() as connection:
            instant = await work.next_timer(connection)
        if instant is None:
            _LATE.set(0)
            return _LONGEST_SLEEP_S
        ahead = (instant - self._clock.now()).total_seconds()
        _LATE.set(max(0.0, -ahead))
        # Overdue and not ours: another process holds the row; looking again at once would only burn the processor.
        return min(_LONGEST_SLEEP_S, ahead) if ahead > 0 else 0.02

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            pass
