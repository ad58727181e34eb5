"""The three stages, each alone with what the one before it left in Kafka, and then all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from tests.bench.doors import SignedDoor, published, until_value
from tests.bench.posting import post, posting
from tests.support.house import House
from tests.support.waiting import outside_loop

_ROUTED = "SELECT made_at AS at, count(*) AS settled FROM router.decisions WHERE made_at >= $1 GROUP BY 1 ORDER BY 1"
_TAKEN = (
    "SELECT admitted_at AS at, count(*) AS settled FROM responder.inbox WHERE admitted_at >= $1 GROUP BY 1 ORDER BY 1"
)
_SETTLED = "SELECT coalesce(sum(settled), 0)::int FROM ({batches}) AS b"


@dataclass(kw_only=True)
class Stages:
    """A house whose services are started as they are measured; the rates are complaints a second."""

    house: House
    door: SignedDoor
    events: int
    batches: dict[str, list[int]] = field(default_factory=dict)

    def ingest_alone(self) -> float:
        """Post complaints while nobody reads what ingest publishes."""
        self.house.stop("router", "responder")
        rate = post(self.door.order(requests=self.events)).rate
        published(self.house.database_url, "ingest")
        return rate

    def router_alone(self) -> float:
        """Let the router settle what ingest has published."""
        rate = self._settle("router", _ROUTED)
        published(self.house.database_url, "router")
        self.house.stop("router")
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

    def _settle(self, service: str, batches: str) -> float:
        since = self._now()
        self._start(service)
        self._until_settled(batches, since)
        found = outside_loop(_batches(self.house.database_url, batches, since))
        self.batches.setdefault(service, []).append(len(found))
        return between_batches(found)

    def _start(self, *services: str) -> None:
        # What no vendor has taken for minutes makes a responder say that it is not ready, and rightly so.
        outside_loop(_execute(self.house.database_url, "DELETE FROM responder.outbound"))
        self.house.start(*services)

    def _until_settled(self, batches: str, since: datetime) -> float:
        query = _SETTLED.format(batches=batches)
        return until_value(self.house.database_url, query, since, reaches=self.events)

    def _now(self) -> datetime:
        return outside_loop(_database_time(self.house.database_url))


def between_batches(batches: Sequence[tuple[datetime, int]]) -> float:
    """Return the rate from the beginning of the second batch to the beginning of the last.

    A batch is dated when its transaction begins. The first one is left out: it compiles the rules and words.
    """
    assert len(batches) >= 4, f"too few batches to tell a rate: {batches}"
    whole = batches[1:]
    settled = sum(number for _, number in whole[:-1])
    return settled / (whole[-1][0] - whole[0][0]).total_seconds()


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
