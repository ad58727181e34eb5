"""A soak: a steady load, a fault every few seconds in its first half, and nothing that grows in its second."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable

import asyncpg
import pytest

from deploy.local import services
from tests.chaos import sizes
from tests.chaos.audit import audit
from tests.chaos.figures import tell
from tests.chaos.load import Load
from tests.chaos.measures import Life, Watch, slope
from tests.support.house import House
from tests.support.outside import Outside
from tests.support.waiting import outside_loop

SECONDS = 60 * sizes.SOAK_MINUTES
THREADS = 6
FAULT_EVERY_S = (5.0, 20.0)

CACHES_FILL_S = 60.0
"""How long a process may grow after its start: pools, caches and the interpreter's own lists fill."""

GROWTH_MB = 32.0
"""What a process may gain from then to the end, however long that is."""

STEEPEST_MB_A_MINUTE = 0.5
"""Asked of windows of at least five minutes: in shorter ones the slope tells of noise."""

FILES = 24
pytestmark = [pytest.mark.chaos, pytest.mark.timeout(SECONDS + 600)]


def test_half_an_hour_of_random_faults_loses_nothing_and_grows_nothing(own_house: House, outside: Outside) -> None:
    chance = random.Random(sizes.SEED)
    done: Counter[str] = Counter()
    count = sizes.SOAK_RATE * SECONDS
    with (
        Watch(own_house) as watch,
        Load(own_house, count=count, threads=THREADS, pause_s=THREADS / sizes.SOAK_RATE) as load,
    ):
        while watch.elapsed_s < SECONDS / 2:
            time.sleep(chance.uniform(*FAULT_EVERY_S))
            done[do_something_bad(own_house, chance)] += 1
        calm_since = watch.elapsed_s
        load.finish()
    audit(own_house, load.acknowledged, outside=outside)
    lives = {life.service: life for life in watch.lives.values() if life.memory[-1][0] >= watch.elapsed_s - 60}
    assert set(lives) == set(services.NAMES)
    tell("soak", minutes=sizes.SOAK_MINUTES, complaints=count, faults=dict(done), answers=dict(load.statuses))
    for life in lives.values():
        nothing_grows(life, since=calm_since + CACHES_FILL_S)


def nothing_grows(life: Life, *, since: float) -> None:
    """Compare the ends of the calm half: the mean of a tenth at each end, so that no single look decides."""
    points = life.after(since)
    assert len(points) >= 20, "the soak is too short to say anything of memory: three minutes at least"
    tenth = max(5, len(points) // 10)
    first, last = mean(points[:tenth]), mean(points[-tenth:])
    steep = slope(points)
    files = life.files[-len(points) :]
    tell(
        f"{life.service} in the calm half",
        seconds=round(points[-1][0] - points[0][0]),
        first_mb=round(first, 1),
        last_mb=round(last, 1),
        mb_a_minute=round(steep, 2),
        files_first=files[0],
        files_most=max(files),
    )
    assert last - first <= GROWTH_MB
    assert max(files) - files[0] <= FILES
    if points[-1][0] - points[0][0] >= 300:
        assert steep <= STEEPEST_MB_A_MINUTE


def mean(points: list[tuple[float, float]]) -> float:
    return sum(mb for _, mb in points) / len(points)


def do_something_bad(house: House, chance: random.Random) -> str:
    """Do one fault, heal it, and say which it was."""
    name = chance.choice(services.NAMES)
    faults: dict[str, Callable[[], object]] = {
        "kill -9": lambda: house.restart(name, by_force=True),
        "restart": lambda: house.restart(name),
        "backends ended": lambda: outside_loop(end_backends(house.database_url)),
    }
    what = chance.choice(list(faults))
    faults[what]()
    return what if what == "backends ended" else f"{what} {name}"


async def end_backends(url: str) -> None:
    """End half of the connections that the services hold, whatever they are at."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid % 2 = 0"
        )
    finally:
        await connection.close()
