"""Simulates a rulebook against the complaints of the past, beside the work of the day."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncEngine

from services.router.domain.comparing import Comparison
from services.router.store import rulebooks, simulations
from services.router.usecases.check_rulebook import check_rulebook
from services.router.usecases.compare_decisions import Row, compare_in_worker
from services.router.usecases.publish_rulebook import Publisher
from services.router.usecases.refusals import Conflict, NotFound, Unfit
from shared.clock import Clock
from shared.rulebook.bundle import laid_out
from shared.workers import Workers

logger = logging.getLogger(__name__)

_PAGE: Final = 1_000
_AHEAD: Final = 4
_LONGEST: Final = timedelta(minutes=2)
_LOST_AFTER: Final = timedelta(seconds=60)
_LEAST = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    simulation_id: UUID
    in_force: Path
    candidate: Path
    since: datetime
    until: datetime


class Simulator:
    """Runs one simulation at a time; `checks` reads rulebooks, `workers` decide by them."""

    def __init__(
        self, *, engine: AsyncEngine, clock: Clock, publisher: Publisher, checks: Workers, workers: Workers
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._publisher = publisher
        self._checks = checks
        self._workers = workers
        self._running: asyncio.Task[None] | None = None

    async def start(self, files: Mapping[str, str], *, since: datetime, until: datetime, by: str) -> dict[str, Any]:
        """Begin and return the simulation; `Unfit` when the check is not passed, `Conflict` while another runs here."""
        now = self._clock.now()
        checked = await check_rulebook(files, workers=self._checks, today=now.date())
        if not checked["valid"]:
            raise Unfit(checked["problems"])
        if self._running is not None and not self._running.done():
            raise Conflict("a simulation is running; wait for it, or cancel it")
        simulation_id, present = uuid4(), await self._publisher.present()
        async with self._engine.begin() as connection:
            await simulations.begin(connection, {
                "simulation_id": simulation_id, "version": checked["version"], "compared_with": present,
                "since": since, "until": until, "state": "running", "done": 0, "started_at": now, "started_by": by,
                "seen_at": now, "complaints": await simulations.count(connection, since=since, until=until),
            })  # fmt: skip
            before = await rulebooks.files_of(connection, present)
        self._running = asyncio.create_task(self._run(simulation_id, before or {}, files, since=since, until=until))
        return await self.read(simulation_id)

    async def read(self, simulation_id: UUID) -> dict[str, Any]:
        """Return a simulation: how far it is, and what came out. One that nobody is at any more is `lost`."""
        async with self._engine.connect() as connection:
            found = await simulations.read(connection, simulation_id)
        if found is None:
            raise NotFound("there is no such simulation")
        lost = found["state"] == "running" and self._clock.now() - found["seen_at"] > _LOST_AFTER
        return dict(found) | ({"state": "lost"} if lost else {})

    async def cancel(self, simulation_id: UUID) -> dict[str, Any]:
        """Stop a simulation, wherever it runs; one that has ended stays as it ended."""
        async with self._engine.begin() as connection:
            await simulations.end(connection, simulation_id, state="cancelled", now=self._clock.now())
        return await self.read(simulation_id)

    async def stop(self) -> None:
        """End what runs here."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])

    async def _run(
        self, simulation_id: UUID, before: Mapping[str, str], after: Mapping[str, str], *,
        since: datetime, until: datetime,
    ) -> None:  # fmt: skip
        state, result = "failed", None
        try:
            with tempfile.TemporaryDirectory(prefix="simulation-") as name:
                asked = _Asked(
                    simulation_id=simulation_id,
                    in_force=Path(name, "in_force"),
                    candidate=Path(name, "candidate"),
                    since=since,
                    until=until,
                )
                laid_out(before, asked.in_force)
                laid_out(after, asked.candidate)
                result = (await self._compared(asked)).told()
                state = "done"
        except Exception as error:  # noqa: BLE001  whoever asked reads that it failed; the log says why
            logger.warning("a simulation failed", extra={"error_type": type(error).__name__})
        finally:
            async with self._engine.begin() as connection:
                await simulations.end(connection, simulation_id, state=state, now=self._clock.now(), result=result)

    async def _compared(self, asked: _Asked) -> Comparison:
        """Return the sum over all complaints, or over those until it was cancelled."""
        total, under_way = Comparison(), set[asyncio.Task[Comparison]]()
        try:
            async for rows in self._pages(asked):
                under_way.add(asyncio.create_task(self._decided(rows, asked)))
                if len(under_way) < _AHEAD:
                    continue
                under_way = await _take_in(total, under_way)
                if not await self._told(asked, total):
                    break
            while under_way:
                under_way = await _take_in(total, under_way)
        finally:
            # Cut short, it leaves nobody behind who still reads the folders that are about to go.
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
        await self._told(asked, total)
        return total

    async def _pages(self, asked: _Asked) -> AsyncIterator[list[Row]]:
        after: simulations.Place = (asked.since, _LEAST)
        while True:
            async with self._engine.connect() as connection:
                found = await simulations.page(connection, after=after, until=asked.until, limit=_PAGE)
            if not found:
                return
            after = (found[-1].received_at, found[-1].complaint_id)
            yield [(row.reference, row.content, row.body, row.outcome_sought) for row in found]

    async def _decided(self, rows: Sequence[Row], asked: _Asked) -> Comparison:
        folders = str(asked.in_force), str(asked.candidate)
        return await self._workers.run(compare_in_worker, rows, *folders, timeout=_LONGEST)

    async def _told(self, asked: _Asked, total: Comparison) -> bool:
        async with self._engine.begin() as connection:
            done = total.complaints + total.unreadable
            return await simulations.advance(connection, asked.simulation_id, done=done, now=self._clock.now())


async def _take_in(
    total: Comparison, under_way: set[asyncio.Task[Comparison]]
) -> set[asyncio.Task[Comparison]]:  # fmt: skip
    """Add what is done to the sum and return what is not."""
    done, waiting = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        total.include(await task)
    return waiting
