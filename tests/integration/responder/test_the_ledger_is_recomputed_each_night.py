"""Each night's round goes through the whole ledger in pages, once among several processes, and says what it found."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.jobs.ledger_rounds import LedgerRounds
from services.responder.usecases.ledger_round import Step, go_on, night_of
from shared.web.database import new_engine
from tests.bench.ledger_fill import fill
from tests.integration.responder.running import until

_MANY = 130
_NIGHT = datetime(2027, 3, 4, 2, 0, tzinfo=UTC)


class _Fixed:
    def now(self) -> datetime:
        return _NIGHT


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    await fill(database_url, complaints=_MANY)
    made = new_engine(database_url.replace("postgresql://", "postgresql+asyncpg://"), pool=4, application="test")
    yield made
    await made.dispose()


async def _round(engine: AsyncEngine, *, now: datetime = _NIGHT) -> list[Step]:
    steps = []
    while (step := await go_on(engine, now=now, hour=2, limit=50)) is not None:
        steps.append(step)
    return steps


async def _rounds(database_url: str) -> list[Any]:
    connection = await asyncpg.connect(database_url)
    try:
        return list(await connection.fetch("SELECT * FROM responder.ledger_rounds ORDER BY night"))
    finally:
        await connection.close()


async def _tampered(database_url: str) -> str:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("ALTER TABLE responder.timeline DISABLE TRIGGER timeline_is_a_ledger")
        reference: str = await connection.fetchval(
            "SELECT reference FROM responder.work ORDER BY complaint_id OFFSET 70 LIMIT 1"
        )
        await connection.execute(
            "DELETE FROM responder.timeline WHERE seq = 2 "
            "AND complaint_id = (SELECT complaint_id FROM responder.work WHERE reference = $1)",
            reference,
        )
        await connection.execute("UPDATE responder.counters SET value = value + 1 WHERE measure = 'open'")
        return reference
    finally:
        await connection.close()


def test_a_night_begins_at_its_hour_and_one_that_was_missed_is_made_up_for() -> None:
    assert night_of(_NIGHT, hour=2) == date(2027, 3, 4)
    assert night_of(_NIGHT - timedelta(seconds=1), hour=2) == date(2027, 3, 3)
    assert night_of(_NIGHT + timedelta(hours=20), hour=2) == date(2027, 3, 4)


async def test_a_round_goes_through_everything_once_a_night(engine: AsyncEngine, database_url: str) -> None:
    steps = await _round(engine)
    assert [step.complaints for step in steps] == [50, 50, 30, 0]
    assert [step.ended for step in steps] == [False, False, False, True]
    assert all(not step.differences for step in steps)
    assert await _round(engine, now=_NIGHT + timedelta(hours=23)) == []
    assert await _round(engine, now=_NIGHT - timedelta(days=1)) == []  # the clock was set back
    assert len(await _round(engine, now=_NIGHT + timedelta(days=1))) == 4
    rows = await _rounds(database_url)
    assert [(row["complaints"], row["differences"], row["ended_at"] is not None) for row in rows] == [
        (_MANY, 0, True),
        (_MANY, 0, True),
    ]


async def test_several_processes_share_a_round_and_one_goes_on_where_another_ended(
    engine: AsyncEngine, database_url: str
) -> None:
    first = await go_on(engine, now=_NIGHT, hour=2, limit=50)
    assert first is not None  # and then that process dies

    async def another() -> int:
        done = 0
        for _ in range(400):
            step = await go_on(engine, now=_NIGHT, hour=2, limit=5)
            done += step.complaints if step else 0
            if step is None and (await _rounds(database_url))[0]["ended_at"]:
                break
        return done

    done = await asyncio.gather(another(), another(), another())
    assert first.complaints + sum(done) == _MANY
    assert [row["complaints"] for row in await _rounds(database_url)] == [_MANY]


async def test_what_differs_is_named_and_is_a_metric_until_a_later_round_finds_nothing(
    engine: AsyncEngine, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    reference = await _tampered(database_url)
    job = LedgerRounds(engine=engine, clock=_Fixed(), hour=2)
    running = asyncio.create_task(job.run())

    async def ended() -> bool:
        return (REGISTRY.get_sample_value("ledger_round_ended_timestamp_seconds") or 0) == _NIGHT.timestamp()

    await until("the round has ended", ended)
    await job.stop()
    await running
    named = {(record.__dict__["of"], record.__dict__["what"]) for record in caplog.records if "of" in record.__dict__}
    assert (reference, "entry 2 is missing") in named
    assert ("queue logistics", "counter open") in named
    (row,) = await _rounds(database_url)
    assert row["differences"] == len(named)
    assert REGISTRY.get_sample_value("ledger_differences") == len(named)
    assert REGISTRY.get_sample_value("ledger_round_complaints") == _MANY
