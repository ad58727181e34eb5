"""From one transaction's outbox to another's inbox: in order, once, however often they come."""

from __future__ import annotations

import asyncio

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.contracts.topics import RECEIVED
from shared.messaging.dead_letters import find
from shared.messaging.outbox import announce
from tests.integration.messaging.desk import Desk, Handler, until
from tests.support.stalls import Stopwatch


async def test_what_is_announced_is_handled_once_and_in_order(desk: Desk) -> None:
    handler = Handler()
    events = await desk.announce([f"key{i % 37}" for i in range(1200)])
    consumer = desk.consumer(handler)
    async with desk.running_parts(desk.relay(), consumer):
        await until(lambda: _all_handled(desk, len(events)))
        await until(lambda: _outbox_is_empty(desk))
        assert consumer.health().ok
    assert sorted(await desk.handled()) == sorted(events)
    assert await desk.order_is_kept()
    assert handler.largest > 50
    assert await desk.number("SELECT count(*) FROM desk.inbox") == len(events)


async def test_an_event_announced_while_the_relay_sleeps_is_there_at_once(desk: Desk) -> None:
    async with desk.running_parts(desk.relay(), desk.consumer(Handler())):
        await desk.announce(["warm"])
        await until(lambda: _all_handled(desk, 1))
        await asyncio.sleep(0.2)
        took = []
        for number in range(2, 7):
            with Stopwatch() as watch:
                await desk.announce(["again"])
                await until(lambda number=number: _all_handled(desk, number))  # type: ignore[misc]
            took.append(watch.seconds)
            await asyncio.sleep(0.2)
        # Woken, not found by the poll each second, which would find hardly each of several so soon.
        assert sorted(took)[2] < 0.9, took


async def test_an_event_rolled_back_is_never_published(desk: Desk) -> None:
    async with desk.engine.connect() as connection:
        await announce(connection, desk.tables, [desk.announcement("gone", subject="1")])
        await connection.rollback()
    kept = await desk.announce(["kept"])
    async with desk.running_parts(desk.relay(), desk.consumer(Handler())):
        await until(lambda: _all_handled(desk, 1))
        await asyncio.sleep(0.5)
    assert await desk.handled() == kept


async def test_doubled_records_are_handled_once(desk: Desk) -> None:
    events = [desk.announcement(f"key{i % 5}", subject=f"{i:05d}") for i in range(100)]
    async with desk.running_parts(desk.relay()):
        for _ in range(3):
            async with desk.engine.begin() as connection:
                await announce(connection, desk.tables, events)
                await announce(connection, desk.tables, events[:10])  # waits there already
            await until(lambda: _outbox_is_empty(desk))
    async with desk.running_parts(desk.consumer(Handler())):
        await until(lambda: _all_handled(desk, 100))
        await until(lambda: _offsets_are_committed(desk, 300))
    assert sorted(await desk.handled()) == sorted(event.event_id for event in events)
    async with desk.engine.connect() as connection:
        assert await find(connection, desk.tables, limit=10) == []


async def test_the_envelope_is_cloudevents_with_the_trace_beside_it(desk: Desk) -> None:
    (event,) = await desk.announce(["key"], body=b'{"a":1}')
    client = AIOKafkaConsumer(
        desk.prefix + RECEIVED.name, bootstrap_servers=desk.bootstrap_servers, auto_offset_reset="earliest"
    )
    await client.start()
    try:
        async with desk.running_parts(desk.relay()):
            record = await asyncio.wait_for(client.getone(), 10)
    finally:
        await client.stop()
    headers = dict(record.headers)
    assert (record.key, record.value) == (b"key", b'{"a":1}')
    assert headers["ce_id"] == str(event).encode()
    assert headers["ce_specversion"] == b"1.0"
    assert headers["ce_type"] == b"desk.test.v1"
    assert headers["ce_source"] == b"desk"
    assert headers["ce_subject"] == b"00001"
    assert headers["ce_time"].endswith(b"Z")
    assert headers["content-type"] == b"application/json"
    assert headers["traceparent"].startswith(b"00-0af7651916cd43dd8448eb211c80319c")


async def _all_handled(desk: Desk, number: int) -> bool:
    return await desk.number("SELECT count(*) FROM desk.handled") >= number


async def _outbox_is_empty(desk: Desk) -> bool:
    return await desk.number("SELECT count(*) FROM desk.outbox") == 0


async def _offsets_are_committed(desk: Desk, committed: int) -> bool:
    client = AIOKafkaConsumer(
        bootstrap_servers=desk.bootstrap_servers, group_id=f"{desk.prefix}desk", enable_auto_commit=False
    )
    await client.start()
    try:
        name = desk.prefix + RECEIVED.name
        offsets = [await client.committed(TopicPartition(name, p)) for p in range(RECEIVED.partitions)]
        return sum(offset or 0 for offset in offsets) >= committed
    finally:
        await client.stop()
