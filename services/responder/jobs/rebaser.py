"""Follows a rulebook that has come into force, or holidays that are known better, with the clocks that still run."""

from __future__ import annotations

import asyncio
import logging
from typing import Final
from uuid import UUID

from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.store import rebasing
from services.responder.usecases.promises import Promises
from services.responder.usecases.rebase import rebase_some
from shared.clock import Clock

logger = logging.getLogger(__name__)

_REBASED = Counter("clocks_rebased_complaints_total", "Complaints whose dates followed a change of rulebook.")

BATCH: Final = 100
_LOOK_EVERY_S: Final = 1.0
_BREATH_S: Final = 0.02
"""Between two batches, so that millions of clocks do not keep the others waiting."""


class Rebaser:
    """Holds all clocks against each edition once, whichever process comes first; until it is stopped."""

    def __init__(self, *, engine: AsyncEngine, promises: Promises, clock: Clock, batch: int = BATCH) -> None:
        self._engine = engine
        self._promises = promises
        self._clock = clock
        self._batch = batch
        self._stopping = asyncio.Event()
        self.held_against: str | None = None

    async def run(self) -> None:
        """Look each second whether another edition is in force; a database that is away only makes it wait."""
        while not self._stopping.is_set():
            try:
                await self._follow()
            except Exception as error:  # noqa: BLE001 - the job outlives its database
                logger.warning("clocks wait to follow the rulebook", extra={"error": type(error).__name__})
            await self._pause(_LOOK_EVERY_S)

    async def stop(self) -> None:
        """Let `run` return after the transaction at hand."""
        self._stopping.set()

    async def _follow(self) -> None:
        edition = self._promises.edition
        if edition is None or edition == self.held_against:
            return
        async with rebasing.only_one(self._engine) as mine:
            if not mine:
                return
            async with self._engine.connect() as connection:
                last = await rebasing.last_edition(connection)
            if last == edition or await self._all(edition):
                self.held_against = edition

    async def _all(self, edition: str) -> bool:
        """Hold every open clock against the edition; False where it was stopped, or another came meanwhile."""
        after: UUID | None = None
        moved = 0
        while not self._stopping.is_set() and self._promises.edition == edition:
            after, some = await rebase_some(
                self._engine, promises=self._promises, after=after, now=self._clock.now(), limit=self._batch
            )
            _REBASED.inc(some)
            moved += some
            if after is None:
                async with self._engine.begin() as connection:
                    await rebasing.done(connection, edition, now=self._clock.now())
                logger.info("clocks follow the rulebook", extra={"edition": edition, "complaints": moved})
                return True
            await self._pause(_BREATH_S)
        return False

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            pass
