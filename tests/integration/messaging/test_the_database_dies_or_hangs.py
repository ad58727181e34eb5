"""PostgreSQL killed or frozen for seconds: relay and consumer say so, wait, and go on by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from shared.web.database import new_engine
from tests.integration.messaging.desk import Desk, Handler, until
from tests.integration.messaging.own_database import OwnDatabase, own_database
from tests.support import databases
from tests.support.stalls import Stopwatch
from tests.support.waiting import outside_loop


@pytest.fixture(scope="module")
def database() -> Iterator[OwnDatabase]:
    """One server for the tests of this module; each leaves it running."""
    with own_database() as running:
        yield running


@pytest.fixture
def empty_database_url(database: OwnDatabase) -> str:
    """A database on that server."""
    return outside_loop(databases.empty(admin_url=database.url))


@pytest.fixture
async def impatient(desk: Desk) -> AsyncIterator[Desk]:
    """The desk with the engine that services have, whose statements end within seconds."""
    url = desk.engine.url.render_as_string(hide_password=False)
    engine = new_engine(url, pool=4, application="desk")
    yield replace(desk, engine=engine)
    await engine.dispose()


@pytest.mark.parametrize("how", ["frozen", "killed"])
async def test_relay_and_consumer_wait_and_go_on(impatient: Desk, database: OwnDatabase, how: str) -> None:
    desk = impatient
    relay, consumer = desk.relay(), desk.consumer(Handler(), batch_size=50)
    await desk.announce([f"key{i % 13}" for i in range(100)])
    async with desk.running_parts(relay, consumer):
        await until(lambda: _all_handled(desk, 100))
        await desk.announce([f"later{i % 13}" for i in range(2000)])
        await asyncio.sleep(0.1)
        database.freeze() if how == "frozen" else await asyncio.to_thread(database.kill)
        try:
            await until(lambda: _true("database" in relay.health().detail), within=20)
            assert not relay.health().ok
        finally:
            await asyncio.to_thread(database.thaw if how == "frozen" else database.start)
        with Stopwatch() as back:
            await until(lambda: _all_handled(desk, 2100), within=30)
        await until(lambda: _true(relay.health().ok and consumer.health().ok))
    handled = await desk.handled()
    assert len(handled) == len(set(handled)) == 2100
    assert await desk.order_is_kept()
    assert await desk.number("SELECT count(*) FROM desk.dead_letters") == 0
    assert back.seconds < 15


@pytest.mark.parametrize("how", ["frozen", "killed"])
async def test_stopping_is_bounded_while_the_database_is_gone(impatient: Desk, database: OwnDatabase, how: str) -> None:
    desk = impatient
    relay, consumer = desk.relay(), desk.consumer(Handler(slow=0.2), batch_size=20)
    tasks = [asyncio.create_task(relay.run()), asyncio.create_task(consumer.run())]
    await desk.announce(["key"] * 1000)
    await until(lambda: _all_handled(desk, 20))
    database.freeze() if how == "frozen" else await asyncio.to_thread(database.kill)
    try:
        await asyncio.sleep(0.5)
        with Stopwatch() as stopping:
            await asyncio.gather(relay.stop(), consumer.stop())
        assert stopping.seconds < 11
    finally:
        await asyncio.to_thread(database.thaw if how == "frozen" else database.start)
        await asyncio.gather(*tasks, return_exceptions=True)


async def _all_handled(desk: Desk, number: int) -> bool:
    return await desk.number("SELECT count(*) FROM desk.handled") >= number


async def _true(value: object) -> bool:
    return bool(value)
