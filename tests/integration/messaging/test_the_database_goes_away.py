"""The database drops its connections or hangs: relay and consumer wait, come back, and nothing is a dead letter."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.clock import SystemClock
from shared.messaging.inbox import admit, prune_inbox
from shared.messaging.records import Record
from tests.integration.messaging.desk import Desk, Handler, until
from tests.support.stalls import Stopwatch


async def test_relay_and_consumer_outlive_their_connections(desk: Desk) -> None:
    relay, consumer = desk.relay(), desk.consumer(Handler())
    total = 0
    async with desk.running_parts(relay, consumer):
        for _ in range(5):
            total += len(await desk.announce([f"key{i % 7}" for i in range(200)]))
            await asyncio.sleep(0.2)
            await _cut_all_connections(desk)
        await until(lambda: _all_handled(desk, total))
        await until(lambda: _true(relay.health().ok and consumer.health().ok))
    handled = await desk.handled()
    assert len(handled) == len(set(handled)) == total
    assert await desk.number("SELECT count(*) FROM desk.dead_letters") == 0


async def test_two_consumers_with_the_same_records_do_them_once(desk: Desk) -> None:
    records = [_record(desk, i) for i in range(300)]

    async def settle(batch: Sequence[Record]) -> None:
        async with desk.engine.begin() as connection:
            fresh = await admit(connection, desk.tables, batch, now=SystemClock().now())
            await asyncio.sleep(0.05)
            if fresh:
                await Handler()(connection, fresh, now=None)

    await asyncio.gather(settle(records), settle(records[::-1]), settle(records[100:]), settle(records[:200]))
    assert sorted(await desk.handled()) == sorted(record.event_id for record in records)


async def test_records_admitted_in_opposite_orders_never_deadlock(desk: Desk) -> None:
    records = [_record(desk, i) for i in range(30_000)]

    async def admit_all(batch: Sequence[Record]) -> int:
        async with desk.engine.begin() as connection:
            return len(await admit(connection, desk.tables, batch, now=SystemClock().now()))

    admitted = await asyncio.gather(*(admit_all(records[::step]) for step in (1, -1, 1, -1)))
    assert sorted(admitted) == [0, 0, 0, len(records)]


async def test_a_slow_handler_shows_as_lag(desk: Desk) -> None:
    await desk.announce([f"key{i}" for i in range(400)])
    consumer = desk.consumer(Handler(slow=0.3), batch_size=50)
    async with desk.running_parts(desk.relay(), consumer):
        await until(lambda: _true((consumer.health().lag or 0) > 100))
        assert consumer.health().ok
        await until(lambda: _all_handled(desk, 400))
        await until(lambda: _true(consumer.health().lag == 0))


async def test_the_inbox_forgets_what_kafka_has_forgotten(desk: Desk) -> None:
    now = SystemClock().now()
    async with desk.engine.begin() as connection:
        old, young = [_record(desk, i) for i in range(25_000)], [_record(desk, i) for i in range(10)]
        await admit(connection, desk.tables, old, now=now - timedelta(days=31))
        await admit(connection, desk.tables, young, now=now - timedelta(days=29))
    forgotten = await prune_inbox(engine=desk.engine, tables=desk.tables, now=now, older_than=timedelta(days=30))
    assert forgotten == len(old)
    assert await desk.number("SELECT count(*) FROM desk.inbox") == len(young)


async def test_stop_finishes_the_batch_at_hand(desk: Desk) -> None:
    class Slow:
        async def __call__(self, connection: AsyncConnection, records: Sequence[Record], *, now: datetime) -> None:
            await connection.execute(text("SELECT pg_sleep(1)"))
            await Handler()(connection, records, now=now)

    await desk.announce(["key"] * 50)
    async with desk.running_parts(desk.relay()):
        await until(lambda: _outbox_is_empty(desk))
    consumer = desk.consumer(Slow())  # type: ignore[arg-type]
    task = asyncio.create_task(consumer.run())
    await until(lambda: _is_sleeping(desk))
    with Stopwatch() as stopping:
        await consumer.stop()
        await task
    assert stopping.seconds < 4
    assert len(await desk.handled()) == 50
    assert not consumer.health().ok


def _record(desk: Desk, offset: int) -> Record:
    event = desk.announcement("key", subject=str(offset))
    return Record(
        event_id=event.event_id,
        topic=event.topic,
        partition=0,
        offset=offset,
        key=event.key,
        type=event.type,
        time=event.time,
        body=event.body,
    )


async def _cut_all_connections(desk: Desk) -> None:
    async with desk.looking.connect() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


async def _is_sleeping(desk: Desk) -> bool:
    return bool(await desk.rows("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"))


async def _all_handled(desk: Desk, number: int) -> bool:
    return await desk.number("SELECT count(*) FROM desk.handled") >= number


async def _outbox_is_empty(desk: Desk) -> bool:
    return await desk.number("SELECT count(*) FROM desk.outbox") == 0


async def _true(value: object) -> bool:
    return bool(value)
