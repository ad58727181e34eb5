"""A broker killed or frozen: events wait in the outbox, come through afterwards in order, and health says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from deploy.local import topics
from tests.integration.messaging.broker import Broker, own_broker
from tests.integration.messaging.desk import Desk, Handler, until
from tests.support.stalls import Stopwatch
from tests.support.waiting import outside_loop


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    """One broker for the tests of this module; each leaves it running."""
    with own_broker() as running:
        yield running


@pytest.fixture
def topic_prefix(broker: Broker, request: pytest.FixtureRequest) -> str:
    """Topics on that broker."""
    prefix = f"{abs(hash(request.node.name)) % 10**8}."
    outside_loop(topics.create(bootstrap_servers=broker.bootstrap_servers, prefix=prefix))
    return prefix


@pytest.fixture
def kafka_bootstrap_servers(broker: Broker) -> str:
    """That broker."""
    return broker.bootstrap_servers


@pytest.mark.parametrize("how", ["frozen", pytest.param("killed", marks=pytest.mark.chaos)])
@pytest.mark.timeout(180)
async def test_events_wait_and_come_through_in_order(desk: Desk, broker: Broker, how: str) -> None:
    relay = desk.relay(deadline=2.0)
    consumer = desk.consumer(Handler(), silent_after=timedelta(seconds=6))
    keys = [f"key{i % 17}" for i in range(200)]
    total = 0
    async with desk.running_parts(relay, consumer):
        await desk.announce(keys)
        await until(lambda: _all_handled(desk, 200))
        announcing = asyncio.create_task(_announce_for(desk, seconds=12))
        await asyncio.sleep(0.3)
        broker.freeze() if how == "frozen" else broker.kill()
        await until(lambda: _true(not relay.health().ok and not consumer.health().ok), within=15)
        assert "kafka" in relay.health().detail
        total = 200 + await announcing
        assert await desk.number("SELECT count(*) FROM desk.outbox") > 0
        await until(lambda: _true((relay.health().oldest_outbox_seconds or 0) > 1))
        await asyncio.to_thread(broker.thaw if how == "frozen" else broker.start)
        with Stopwatch() as back:
            await until(lambda: _all_handled(desk, total), within=40)
        await until(lambda: _true(relay.health().ok and consumer.health().ok))
    handled = await desk.handled()
    assert len(handled) == len(set(handled)) == total
    assert await desk.number("SELECT count(*) FROM desk.outbox") == 0
    assert await desk.order_is_kept()
    assert back.seconds < 20
    await _nothing_of_kafka_is_left()


@pytest.mark.parametrize("how", ["frozen", pytest.param("killed", marks=pytest.mark.chaos)])
async def test_stopping_is_bounded_while_the_broker_is_gone(desk: Desk, broker: Broker, how: str) -> None:
    relay, consumer = desk.relay(), desk.consumer(Handler())
    tasks = [asyncio.create_task(relay.run()), asyncio.create_task(consumer.run())]
    await desk.announce(["key"] * 20)
    await until(lambda: _all_handled(desk, 20))
    before = len(asyncio.all_tasks())
    broker.freeze() if how == "frozen" else broker.kill()
    try:
        await desk.announce(["key"] * 20)
        await asyncio.sleep(1)
        with Stopwatch() as stopping:
            await asyncio.gather(relay.stop(), consumer.stop())
        assert stopping.seconds < 10
        await asyncio.gather(*tasks, return_exceptions=True)
        await _nothing_of_kafka_is_left()
        assert len(asyncio.all_tasks()) < before
    finally:
        await asyncio.to_thread(broker.thaw if how == "frozen" else broker.start)


async def _nothing_of_kafka_is_left() -> None:
    await asyncio.sleep(0.1)
    assert [task for task in asyncio.all_tasks() if "aiokafka" in repr(task)] == []


async def _announce_for(desk: Desk, *, seconds: float) -> int:
    until_ = time.perf_counter() + seconds
    number = 0
    while time.perf_counter() < until_:
        # One key a round: two transactions under one key would need a lock of the caller.
        number += len(await desk.announce([f"round{number}"] * 10))
        await asyncio.sleep(0.05)
    return number


async def _all_handled(desk: Desk, number: int) -> bool:
    return await desk.number("SELECT count(*) FROM desk.handled") >= number


async def _true(value: object) -> bool:
    return bool(value)
