"""kill -9 at each named point of relay and consumer: nothing lost, nothing done twice."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process

import pytest
from aiokafka import AIOKafkaConsumer

from shared.contracts.topics import RECEIVED
from tests.integration.messaging.desk import Desk, Handler, until
from tests.support.run import CHECKOUT


@pytest.mark.parametrize("point", ["consumer-before-commit", "consumer-after-commit", "consumer-after-offsets"])
async def test_a_consumer_killed_settles_everything_once(desk: Desk, point: str) -> None:
    events = await desk.announce([f"key{i % 23}" for i in range(900)])
    async with desk.running_parts(desk.relay()):
        await until(lambda: _outbox_is_empty(desk))
    for nth in (2, 3):
        killed = await _start(desk, "consumer", fault=f"{point}:{nth}")
        assert await asyncio.wait_for(killed.wait(), 30) == -signal.SIGKILL
    before = len(await desk.handled())
    assert before < len(events)
    async with desk.running_parts(desk.consumer(Handler())):
        await until(lambda: _all_handled(desk, len(events)))
        await asyncio.sleep(1)
    assert sorted(await desk.handled()) == sorted(events)
    assert await desk.order_is_kept()


@pytest.mark.parametrize("point", ["relay-after-publish", "relay-after-delete"])
async def test_a_relay_killed_loses_nothing_and_what_it_doubles_is_handled_once(desk: Desk, point: str) -> None:
    events = await desk.announce([f"key{i % 23}" for i in range(1500)])
    for nth in (1, 2):
        killed = await _start(desk, "relay", fault=f"{point}:{nth}")
        assert await asyncio.wait_for(killed.wait(), 30) == -signal.SIGKILL
        await desk.announce([f"later{i}" for i in range(1000)])
    async with desk.running_parts(desk.relay(), desk.consumer(Handler())):
        await until(lambda: _all_handled(desk, 3500))
        await until(lambda: _outbox_is_empty(desk))
        await asyncio.sleep(0.5)
    assert len(await desk.handled()) == len(set(await desk.handled())) == 3500
    assert set(events) <= set(await desk.handled())
    assert await desk.order_is_kept()
    on_topic = await _on_topic(desk)
    assert on_topic > 3500 if point == "relay-after-publish" else on_topic == 3500


async def test_relays_share_the_lanes_and_take_over_from_a_dead_one(desk: Desk) -> None:
    first = await _start(desk, "relay")
    await until(lambda: _lanes_held(desk, holders=1))
    second = await _start(desk, "relay")
    await until(lambda: _lanes_held(desk, holders=2))
    first.kill()
    await first.wait()
    events = await desk.announce([f"key{i}" for i in range(500)])
    await until(lambda: _outbox_is_empty(desk), within=5)
    second.kill()
    await second.wait()
    async with desk.running_parts(desk.consumer(Handler())):
        await until(lambda: _all_handled(desk, len(events)))


async def test_a_consumer_that_joins_and_one_that_is_killed_double_nothing(desk: Desk) -> None:
    async with desk.running_parts(desk.relay()):
        first = await _start(desk, "consumer")
        total = 0
        for round_ in range(4):
            total += len(await desk.announce([f"key{i % 31}" for i in range(400)]))
            if round_ == 1:
                second = await _start(desk, "consumer")
            if round_ == 2:
                await until(lambda: _all_handled(desk, 500))
                first.kill()
                await first.wait()
            await asyncio.sleep(0.5)
        await until(lambda: _all_handled(desk, 1600), within=30)
        second.kill()
        await second.wait()
    handled = await desk.handled()
    assert len(handled) == len(set(handled)) == total


async def _start(desk: Desk, part: str, *, fault: str = "") -> Process:
    url = desk.engine.url.render_as_string(hide_password=False)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.messaging.part_process", part, url, desk.bootstrap_servers,
        desk.prefix, cwd=CHECKOUT, env=os.environ | {"ASCOLTO_FAULT": fault}, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    desk.processes.append(process)
    return process


async def _lanes_held(desk: Desk, *, holders: int) -> bool:
    rows = await desk.rows(
        "SELECT pid, count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid < 1000000"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY pid"
    )
    return [count for _, count in rows] == [16 // holders] * holders


async def _on_topic(desk: Desk) -> int:
    client = AIOKafkaConsumer(desk.prefix + RECEIVED.name, bootstrap_servers=desk.bootstrap_servers)
    await client.start()
    try:
        return sum((await client.end_offsets(client.assignment())).values())
    finally:
        await client.stop()


async def _all_handled(desk: Desk, number: int) -> bool:
    return await desk.number("SELECT count(*) FROM desk.handled") >= number


async def _outbox_is_empty(desk: Desk) -> bool:
    return await desk.number("SELECT count(*) FROM desk.outbox") == 0
