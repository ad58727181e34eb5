"""Intake: signed complaints committed and answered, against what the machine could do at best and what is often done.

H is `denominators/bare.py`, D `denominators/bulk.py`, the naive way `denominators/naive.py`; all are posted to by the
same load, and all alternatives run in every round. Ingest is the real process with everything that runs in it: its
relay publishes to Kafka meanwhile, and the round waits until it has, so that no alternative pays for another's events.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.bench.denominators.bulk import bulk_rate
from tests.bench.denominators.serving import serving
from tests.bench.doors import SignedDoor, published, signed_door
from tests.bench.http_load import Order, Result
from tests.bench.posting import post
from tests.bench.report import Report
from tests.bench.rounds import in_series, ratios, round_robin
from tests.bench.sizes import Sizes
from tests.bench.table import Figure
from tests.support.house import running_house
from tests.support.stack import Stack
from tests.support.waiting import outside_loop

pytestmark = pytest.mark.bench

_FASTEST = 12_000
"""No alternative answers more requests a second: so many are prepared for each second."""


@pytest.fixture
def door(stack: Stack) -> Iterator[SignedDoor]:
    """Ingest alone, with one account."""
    with running_house(stack) as house:
        house.stop("router", "responder")
        yield signed_door(house)


def make_naive_tables(database_url: str) -> str:
    """Make the naive way's tables and return its database address."""

    async def make() -> None:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.execute(text("CREATE SCHEMA naive"))
            await connection.execute(
                text(
                    "CREATE TABLE naive.inbox (webhook_id text PRIMARY KEY, seen_at timestamptz NOT NULL DEFAULT now())"
                )
            )
            await connection.execute(
                text(
                    "CREATE TABLE naive.outbox (event_id uuid PRIMARY KEY, topic text NOT NULL, "
                    "key text NOT NULL, body json NOT NULL)"
                )
            )
        await engine.dispose()

    url = database_url.replace("postgresql://", "postgresql+asyncpg://", 1)
    asyncio.run(make())
    return url


def test_ingest_keeps_up(door: SignedDoor, report: Report, sizes: Sizes) -> None:
    database_url = door.house.database_url
    answers: list[Result] = []

    def ingest(seconds: float = sizes.seconds) -> float:
        result = post(door.order(requests=int(_FASTEST * seconds), seconds=seconds))
        published(database_url, "ingest")
        answers.append(result)
        return result.rate

    with ExitStack() as stack:
        bare_port = stack.enter_context(serving("tests.bench.denominators.bare:app"))
        lean_port = stack.enter_context(serving("tests.bench.denominators.bare:lean"))
        environment = {"NAIVE_DATABASE_URL": make_naive_tables(database_url)}
        naive_port = stack.enter_context(serving("tests.bench.denominators.naive:app", environment=environment))

        def plain(port: int, seconds: float = sizes.seconds) -> float:
            order = Order(port=port, path="/complaints", requests=int(_FASTEST * seconds), seconds=seconds)
            return post(order).rate

        plain(bare_port, seconds=1)
        plain(lean_port, seconds=1)
        plain(naive_port, seconds=1)
        ingest(seconds=1)
        answers.clear()
        found = round_robin(
            {
                "H, a bare route": lambda: plain(bare_port),
                "a bare route of Starlette alone": lambda: plain(lean_port),
                "D, events inserted": lambda: outside_loop(bulk_rate(database_url, seconds=sizes.seconds)),
                "ingest": ingest,
                "the naive way": lambda: plain(naive_port),
            },
            rounds=sizes.rounds,
        )
    _tell(report, found, answers)


def _tell(report: Report, found: dict[str, list[float]], answers: list[Result]) -> None:
    best = in_series(found["H, a bare route"], found["D, events inserted"])
    rates = {f"{name}, 1/s": values for name, values in found.items()}
    lean = in_series(found["a bare route of Starlette alone"], found["D, events inserted"])
    report.add(
        Figure(
            measure="ingest 2xx/s : L",
            values=ratios(found["ingest"], best),
            must=0.45,
            aim=0.80,
            note="L = 1/(1/H + 1/D); 1 KiB, signed, 64 connections, one worker, publishing to Kafka meanwhile",
            parts=rates | {"L, 1/s": best, "ingest : L of Starlette alone": ratios(found["ingest"], lean)},
        ),
        Figure(
            measure="ingest 2xx/s : FastAPI + ORM session a request",
            values=ratios(found["ingest"], found["the naive way"]),
            must=6,
            aim=12,
        ),
        Figure(
            measure="p99 : p50 at 64 connections",
            values=[answer.p99_ms / answer.p50_ms for answer in answers],
            must=6,
            aim=3,
            at_most=True,
            note="ingest's answers in the same rounds",
            parts={
                "p50, ms": [answer.p50_ms for answer in answers],
                "p99, ms": [answer.p99_ms for answer in answers],
                "longest, ms": [answer.longest_ms for answer in answers],
            },
        ),
    )
