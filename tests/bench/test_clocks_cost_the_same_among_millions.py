"""Looking for due clocks, queue health, and firing on time, however many clocks are open."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.store import work
from services.responder.usecases.fire import fire_due
from services.responder.usecases.promises import Promises
from services.responder.usecases.queue_health import queue_health
from shared.clock import SystemClock
from shared.contracts.progress import ComplaintProgress
from shared.web.database import new_engine
from tests.bench.clocks_fill import fill
from tests.bench.due_soon import Watch, lags
from tests.bench.report import Report
from tests.bench.rounds import percentile, ratios
from tests.bench.sizes import Sizes
from tests.bench.table import Figure
from tests.support.house import House, running_house
from tests.support.stack import Stack
from tests.unit.router.corpus import default_rulebook

pytestmark = pytest.mark.bench

_POLLS, _LOOKS = 150, 30
_DUE_A_SECOND, _FOR_S = 200, 4.0
_BEFORE_ALL = timedelta(days=3650)


@dataclass(frozen=True, kw_only=True)
class Filled:
    """The house whose responder holds many clocks, a database with a fifth of them, and how many each holds."""

    house: House
    many: AsyncEngine
    few: AsyncEngine
    promises: Promises


@pytest.fixture
async def filled(stack: Stack, database_url: str, sizes: Sizes, report: Report) -> Iterator[Filled]:  # type: ignore[misc]
    promises = Promises(default_rulebook())
    with running_house(stack) as house:
        house.stop()
        many, few = _engine(house.database_url), _engine(database_url)
        for engine, url, clocks in (
            (few, database_url, sizes.clocks // 5),
            (many, house.database_url, sizes.clocks),
        ):
            began = time.perf_counter()
            complaints = await fill(engine, url, promises=promises, clocks=clocks)
            took = time.perf_counter() - began
            report.remark(f"clocks: {clocks:,} open on {complaints:,} complaints, made in {took:.0f} s")
        yield Filled(house=house, many=many, few=few, promises=promises)
        await many.dispose()
        await few.dispose()


def _engine(url: str) -> AsyncEngine:
    asyncpg_url = url.replace("postgresql://", "postgresql+asyncpg://", 1)
    return new_engine(asyncpg_url, pool=2, application="bench", statement_s=600)


async def test_clocks_cost_the_same_among_millions(filled: Filled, report: Report, sizes: Sizes) -> None:
    polls, looks = await _compared(filled, sizes.rounds)
    await asyncio.to_thread(filled.house.start, "responder")
    watch = Watch(
        bootstrap_servers=filled.house.kafka_bootstrap_servers,
        topic=filled.house.topic_prefix + ComplaintProgress.TOPIC,
    )
    late = [
        await lags(filled.many, watch, number=int(_DUE_A_SECOND * _FOR_S), seconds=_FOR_S) for _ in range(sizes.rounds)
    ]
    share = f"{sizes.clocks:,} : {sizes.clocks // 5:,} open clocks"
    report.add(
        _same("empty due poll", share, polls),
        _same("queue health", share, looks),
        Figure(
            measure=f"SLA fire lag p99 at {sizes.clocks:,} open",
            values=[percentile(round_, 0.99) for round_ in late],
            must=2,
            aim=0.25,
            at_most=True,
            unit="s",
            note=f"the responder process, {_DUE_A_SECOND} due a second, from the instant until the breach is in Kafka",
            parts={"p50, s": [percentile(one, 0.5) for one in late], "longest, s": [max(one) for one in late]},
        ),
    )


async def _compared(filled: Filled, rounds: int) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    polls: dict[str, list[float]] = {"many": [], "few": []}
    looks: dict[str, list[float]] = {"many": [], "few": []}
    for number in range(rounds + 1):  # the first warms the caches of both
        engines = [("many", filled.many), ("few", filled.few)]
        for name, engine in engines if number % 2 else reversed(engines):
            polls[name].append(await _milliseconds(lambda e=engine: _poll(e, filled.promises), _POLLS))  # type: ignore[misc]
            looks[name].append(await _milliseconds(lambda e=engine: _look(e, filled.promises), _LOOKS))  # type: ignore[misc]
    return {k: v[1:] for k, v in polls.items()}, {k: v[1:] for k, v in looks.items()}


async def _milliseconds(work_once: Callable[[], Awaitable[object]], times: int) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        await work_once()
        took.append((time.perf_counter() - began) * 1000)
    return percentile(took, 0.5)


async def _poll(engine: AsyncEngine, promises: Promises) -> None:
    """What the timers do when nothing is due: look, then ask when the next will be."""
    now = SystemClock().now() - _BEFORE_ALL
    assert await fire_due(engine, promises=promises, now=now, limit=200) == 0
    async with engine.connect() as connection:
        assert await work.next_timer(connection) is not None


async def _look(engine: AsyncEngine, promises: Promises) -> None:
    health = await queue_health(engine, promises=promises, now=SystemClock().now())
    assert any(queue["open"] > 0 for queue in health["queues"])


def _same(measure: str, share: str, milliseconds: dict[str, list[float]]) -> Figure:
    return Figure(
        measure=f"{measure}, {share}",
        values=ratios(milliseconds["many"], milliseconds["few"]),
        must=1.5,
        aim=1.2,
        at_most=True,
        parts={f"{name}, ms": values for name, values in milliseconds.items()},
    )
