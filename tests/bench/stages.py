"""The three stages, each alone with what the one before it left in Kafka, and then all of them together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import asyncpg

from deploy.local import ports, processes, services
from tests.bench.doors import SignedDoor, published, until_value
from tests.bench.posting import post, posting
from tests.support.house import House
from tests.support.waiting import outside_loop

ROUTERS: Final = 2
"""As a team runs them on two cores: Kafka divides the partitions among them."""

_JOINED_WITHIN_S: Final = 60.0

_ROUTED = "SELECT made_at AS at, count(*) AS settled FROM router.decisions WHERE made_at >= $1 GROUP BY 1 ORDER BY 1"
_TAKEN = (
    "SELECT admitted_at AS at, count(*) AS settled FROM responder.inbox WHERE admitted_at >= $1 GROUP BY 1 ORDER BY 1"
)
_WAITING = """
    SELECT count(*)::int FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND datname = current_database() AND query LIKE '%INSERT INTO "router".inbox%'
"""
_SETTLED = "SELECT coalesce(sum(settled), 0)::int FROM ({batches}) AS b"


@dataclass(kw_only=True)
class Stages:
    """A house whose services are started as they are measured; the rates are complaints a second."""

    house: House
    door: SignedDoor
    events: int
    batches: dict[str, list[int]] = field(default_factory=dict)
    more_routers: list[tuple[services.Services, processes.Running]] = field(default_factory=list)

    def ingest_alone(self) -> float:
        """Post complaints while nobody reads what ingest publishes."""
        self.house.stop("responder")
        self.stop_routers()
        rate = post(self.door.order(requests=self.events)).rate
        published(self.house.database_url, "ingest")
        return rate

    def router_alone(self) -> float:
        """Let the routers settle what ingest has published; they begin together."""
        rate = self._settle("router", _ROUTED, workers=ROUTERS)
        published(self.house.database_url, "router")
        self.stop_routers()
        return rate

    def responder_alone(self) -> float:
        """Let the responder take over what the router has published."""
        rate = self._settle("responder", _TAKEN)
        self.house.stop("responder")
        return rate

    def together(self) -> float:
        """Post complaints while all run; the end is when the clocks of the last one stand in the database."""
        self._start("router", "responder")
        since = self._now()
        with posting(self.door.order(requests=self.events)) as load:
            ended_at = self._until_settled(_TAKEN, since)
            result = load.result()
        assert result.answered == self.events, result.statuses
        return self.events / (ended_at - result.began_at)

    def _settle(self, service: str, batches: str, *, workers: int = 1) -> float:
        since = self._now()
        if service == "router":
            outside_loop(_begin_together(self.house.database_url, lambda: self._start(service), workers))
        else:
            self._start(service)
        self._until_settled(batches, since)
        found = outside_loop(_batches(self.house.database_url, batches, since))
        self.batches.setdefault(service, []).append(len(found))
        return between_batches(found, workers=workers)

    def _start(self, *names: str) -> None:
        # What no vendor has taken for minutes makes a responder say that it is not ready, and rightly so.
        outside_loop(_execute(self.house.database_url, "DELETE FROM responder.outbound"))
        self.house.start(*names)
        while "router" in names and len(self.more_routers) < ROUTERS - 1:
            self.more_routers.append(self._one_more_router())

    def _one_more_router(self) -> tuple[services.Services, processes.Running]:
        first, number = self.house.services, len(self.more_routers) + 2
        other = replace(
            first,
            ports={**first.ports, "router": ports.any_free(besides=first.ports.values())},
            run_folder=first.run_folder / f"router-{number}",
            log_folder=first.log_folder / f"router-{number}",
        )
        running = services.start(other, "router")
        services.wait_until_ready(other, [running])
        return other, running

    def stop_routers(self) -> None:
        """Stop all of them."""
        self.house.stop("router")
        while self.more_routers:
            other, running = self.more_routers.pop()
            processes.stop(running, run_folder=other.run_folder, within_s=10.0)

    def _until_settled(self, batches: str, since: datetime) -> float:
        query = _SETTLED.format(batches=batches)
        return until_value(self.house.database_url, query, since, reaches=self.events)

    def _now(self) -> datetime:
        return outside_loop(_database_time(self.house.database_url))


def between_batches(batches: Sequence[tuple[datetime, int]], *, workers: int = 1) -> float:
    """Return the rate from the beginning of the batch after each worker's first to the beginning of the last one.

    A batch is dated when its transaction begins. Of several workers some are amid a batch at either end alike.
    """
    assert len(batches) >= 3 + workers, f"too few batches to tell a rate: {batches}"
    whole = batches[workers:]
    settled = sum(number for _, number in whole[:-1])
    return settled / (whole[-1][0] - whole[0][0]).total_seconds()


async def _begin_together(database_url: str, start: Callable[[], None], routers: int) -> None:
    """Start routers and let none settle a record before each of them has some to settle."""
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE router.inbox IN ACCESS EXCLUSIVE MODE")
            start()
            deadline = time.monotonic() + _JOINED_WITHIN_S
            while (waiting := await connection.fetchval(_WAITING)) < routers:
                assert time.monotonic() < deadline, f"{waiting} of {routers} routers have records to settle"
                await asyncio.sleep(0.02)
    finally:
        await connection.close()


async def _batches(database_url: str, query: str, since: datetime) -> list[tuple[datetime, int]]:
    connection = await asyncpg.connect(database_url)
    try:
        return [(row["at"], row["settled"]) for row in await connection.fetch(query, since)]
    finally:
        await connection.close()


async def _execute(database_url: str, statement: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _database_time(database_url: str) -> datetime:
    connection = await asyncpg.connect(database_url)
    try:
        now: datetime = await connection.fetchval("SELECT clock_timestamp()")
        return now
    finally:
        await connection.close()
