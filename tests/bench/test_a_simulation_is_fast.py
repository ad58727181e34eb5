"""How many complaints of the past another rulebook decides in a second: other rules, and other words beside."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.router.consumers.received import FileReceived
from services.router.store.tables import complaints, decisions, messages
from services.router.usecases.publish_rulebook import Publisher
from services.router.usecases.rulebook_shelf import RulebookShelf
from services.router.usecases.simulate_rulebook import Simulator
from shared.clock import SystemClock
from shared.messaging.records import Record
from shared.web.database import new_engine
from shared.workers import Workers
from tests.bench.bodies import texts_of
from tests.bench.report import Report
from tests.bench.rounds import spread
from tests.integration.router.stories import record_of, said
from tests.support.rulebook_editions import DEFAULT, edition

pytestmark = pytest.mark.bench

TOLD = 500
TIMES = 40
_CLOCK = SystemClock()


async def test_complaints_simulated_in_a_second(report: Report, database_url: str) -> None:
    """Words have to be read again where a lexicon changed; else the readings of the past are taken over."""
    engine = new_engine(database_url.replace("postgresql://", "postgresql+asyncpg://", 1), pool=4, application="bench")
    checks, workers = Workers(), Workers(size=2)
    try:
        shelf = RulebookShelf(folder=DEFAULT, engine=engine, clock=_CLOCK)
        await shelf.open()
        await _history(engine, shelf)
        publisher = Publisher(engine=engine, clock=_CLOCK, shelf=shelf, workers=checks, second_person=False)
        simulator = Simulator(engine=engine, clock=_CLOCK, publisher=publisher, checks=checks, workers=workers)
        rules = [await _rate(simulator, edition(f"rules{n}", desk="operations")) for n in range(2)]
        read_again = [await _rate(simulator, _other_words(f"words{n}")) for n in range(2)]
    finally:
        await checks.stop()
        await workers.stop()
        await engine.dispose()
    for name, found in (("other rules", rules), ("other words, each text read again", read_again)):
        report.remark(
            f"simulation, two processes, {name}: {spread(found, digits=0)} complaints a second by the clock, "
            f"reading the rulebooks and fetching {TOLD * TIMES} complaints included"
        )


def _other_words(version: str) -> dict[str, str]:
    files = edition(version, desk="operations")
    files["lexicon/en.yaml"] = files["lexicon/en.yaml"].replace("information: [", "information: [zanzibar, ", 1)
    return files


async def _rate(simulator: Simulator, files: dict[str, str]) -> float:
    now = _CLOCK.now()
    told = await simulator.start(files, since=now - timedelta(days=3650), until=now + timedelta(days=1), by="bench")
    began = time.perf_counter()
    while told["state"] == "running":
        await asyncio.sleep(0.05)
        told = await simulator.read(told["simulation_id"])
    assert (told["state"], told["done"]) == ("done", TOLD * TIMES)
    return TOLD * TIMES / (time.perf_counter() - began)


async def _history(engine: AsyncEngine, shelf: RulebookShelf) -> None:
    """File some hundred complaints, and each as often again under other ids."""
    records: list[Record] = [
        record_of(said(words, id_=f"{n}@x.test", by=f"{n}@x.test", after=n))
        for n, words in zip(range(TOLD), texts_of(300), strict=False)
    ]
    async with engine.begin() as connection:
        await FileReceived(shelf.rules)(connection, records, now=_CLOCK.now())
        await connection.execute(
            text(
                "CREATE TEMP TABLE again ON COMMIT DROP AS SELECT complaint_id AS old, gen_random_uuid() AS new "
                f"FROM router.complaints, generate_series(2, {TIMES})"
            )
        )
        for table, own in (
            (complaints, {"reference": "upper(left(md5(again.new::text), 9))"}),
            (messages, {"message_id": "gen_random_uuid()"}),
            (decisions, {}),
        ):
            names = [column.name for column in table.columns]
            values = [{"complaint_id": "again.new", **own}.get(name, f"t.{name}") for name in names]
            await connection.execute(
                text(
                    f"INSERT INTO {table.fullname} ({', '.join(names)}) SELECT {', '.join(values)} "
                    f"FROM {table.fullname} t JOIN again ON again.old = t.complaint_id"
                )
            )
    async with engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("ANALYZE"))
