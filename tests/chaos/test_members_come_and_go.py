"""Processes join and leave the groups every few seconds: work goes on, and every promise holds."""

from __future__ import annotations

import random
import signal
import threading
import time
from types import TracebackType

import asyncpg
import pytest

from tests.chaos import sizes
from tests.chaos.audit import audit
from tests.chaos.figures import tell
from tests.chaos.load import Load
from tests.chaos.members import Members
from tests.support.house import House
from tests.support.outside import Outside
from tests.support.waiting import outside_loop

RATE = 5
EVERY_S = 2.0
STANDSTILL_S = 10.0
pytestmark = [pytest.mark.chaos, pytest.mark.timeout(sizes.STORM_S + 240)]


class Progress:
    """Looks each second how many complaints the responder has; knows the longest it waited for one more."""

    def __init__(self, house: House) -> None:
        self._url = house.database_url
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.longest_s = 0.0

    def __enter__(self) -> Progress:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        seen, since = -1, time.monotonic()
        while not self._ended.wait(1.0):
            here = outside_loop(_at_work(self._url))
            if here > seen:
                seen, since = here, time.monotonic()
            self.longest_s = max(self.longest_s, time.monotonic() - since)


async def _at_work(url: str) -> int:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM responder.work"))
    finally:
        await connection.close()


def storm(members: Members, *, seconds: float, chance: random.Random) -> int:
    """Let a router or a responder join or go every two seconds, half of those that go without a word."""
    ends, steps = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        name = ("router", "responder")[steps % 2]
        if members.count(name) < 2:
            members.join(name)
        else:
            members.leave(name, by=chance.choice([signal.SIGTERM, signal.SIGKILL]))
        steps += 1
        time.sleep(EVERY_S)
    return steps


def test_a_minute_of_rebalancing_loses_and_doubles_nothing(own_house: House, outside: Outside) -> None:
    chance = random.Random(sizes.SEED)
    with (
        Progress(own_house) as progress,
        Members(house=own_house) as members,
        Load(own_house, count=RATE * sizes.STORM_S, threads=3, pause_s=3 / RATE) as load,
    ):
        steps = storm(members, seconds=sizes.STORM_S, chance=chance)
        load.finish()
    audit(own_house, load.acknowledged, outside=outside)
    tell(
        "rebalance storm",
        seconds=sizes.STORM_S,
        joined_or_left=steps,
        of_them_with_work=members.served,
        complaints=len(load.acknowledged),
        longest_standstill_s=round(progress.longest_s, 1),
    )
    assert members.served >= sizes.STORM_S // 12, "a member that never had a share shows nothing"
    assert progress.longest_s <= STANDSTILL_S
