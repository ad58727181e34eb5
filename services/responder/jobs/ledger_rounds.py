"""Each night the whole ledger is recomputed, at a quarter of a processor at most; what differs is a metric."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Final

from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.store import ledger_rounds
from services.responder.usecases.ledger_round import Step, go_on
from shared.clock import Clock

logger = logging.getLogger(__name__)

_DIFFERENCES = Gauge("ledger_differences", "What the last round over the ledger, or the present one, found to differ.")
_ENDED = Gauge("ledger_round_ended_timestamp_seconds", "When the last round over the whole ledger ended; 0 for never.")
_COMPLAINTS = Gauge("ledger_round_complaints", "Complaints that the last whole round recomputed.")

_PAGE: Final = 50
"""About 15 ms of this process's time: less than a clock that fires, or a request, can notice."""

_REST: Final = 3
"""How much longer it rests than it worked."""

_LOOK_EVERY_S: Final = 60.0
_LOGGED_AT_MOST: Final = 20


class LedgerRounds:
    """Goes through the ledger once a night; of several processes whichever is free takes the next page."""

    def __init__(self, *, engine: AsyncEngine, clock: Clock, hour: int) -> None:
        self._engine = engine
        self._clock = clock
        self._hour = hour
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Recompute what is due until `stop`; a database that is away only makes it wait."""
        while not self._stopping.is_set():
            try:
                rest = await self._step()
            except Exception as error:  # noqa: BLE001 - the job outlives its database
                logger.warning("the round over the ledger waits", extra={"error": type(error).__name__})
                rest = _LOOK_EVERY_S
            try:
                async with asyncio.timeout(rest):
                    await self._stopping.wait()
            except TimeoutError:
                pass

    async def stop(self) -> None:
        """Let `run` return after the page at hand."""
        self._stopping.set()

    async def _step(self) -> float:
        """Do one page and return how long to rest."""
        began = time.perf_counter()
        step = await go_on(self._engine, now=self._clock.now(), hour=self._hour, limit=_PAGE)
        if step is not None:
            _log(step)
        if step is None or step.ended or step.differences:
            await self._tell()
        return _LOOK_EVERY_S if step is None else _REST * (time.perf_counter() - began)

    async def _tell(self) -> None:
        async with self._engine.connect() as connection:
            found = await ledger_rounds.standing(connection)
        _DIFFERENCES.set(found.differences)
        _ENDED.set(found.ended_at.timestamp() if found.ended_at else 0)
        _COMPLAINTS.set(found.complaints)


def _log(step: Step) -> None:
    # By name and place only: what was stored and what should be are for whoever asks `ascolto ledger verify`.
    for one in step.differences[:_LOGGED_AT_MOST]:
        logger.error("the ledger says something else", extra={"of": one.of, "what": one.what})
    if step.ended:
        logger.info("the ledger was recomputed", extra={"night": step.night.isoformat()})
