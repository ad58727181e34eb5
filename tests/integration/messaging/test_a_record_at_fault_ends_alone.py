"""Failing records: one at fault is found and kept, a failure of ours dead-letters nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.clock import SystemClock
from shared.contracts.topics import RECEIVED
from shared.faults import TryLater, Unprocessable
from shared.messaging.dead_letters import DeadLetter, discard, find, replay
from shared.messaging.envelope import headers_of
from shared.messaging.records import Record
from tests.integration.messaging.desk import Desk, Handler, until


class Spell:
    """A fault that lasts until it is mended."""

    def __init__(self, *subjects: str, error: Exception) -> None:
        self.subjects = set(subjects)
        self.error = error

    def __call__(self, record: Record) -> Exception | None:
        return self.error if not self.subjects or record.subject in self.subjects else None


async def test_a_poison_record_among_500_ends_alone_and_replays_once_mended(desk: Desk) -> None:
    events = await desk.announce(["key"] * 250 + ["other"] * 250)
    poison = events[123]
    handler = Handler(refuse=lambda r: ValueError("the customer said so") if r.event_id == poison else None)
    async with desk.running_parts(desk.relay()):
        async with desk.running_parts(desk.consumer(handler)):
            await until(lambda: _handled(desk, 499))
            await until(lambda: _dead(desk, 1))
        (letter,) = await _open_letters(desk)
        assert (letter.event_id, letter.reason, letter.exception) == (poison, "handler_failed", "ValueError")
        assert (letter.topic, letter.failures, letter.size_bytes) == (RECEIVED.name, 1, 2)
        assert handler.calls < 60
        async with _reader(desk, RECEIVED.dead_letters) as client:
            copy = await client.getone()
        headers = dict(copy.headers)
        assert (headers["ce_id"], headers["ce_deadreason"]) == (str(poison).encode(), b"handler_failed")
        assert b"customer" not in repr(headers).encode()

        async with desk.engine.begin() as connection:
            assert await replay(connection, desk.tables, event_ids=[poison], now=SystemClock().now()) == [poison]
            assert await replay(connection, desk.tables, event_ids=[poison], now=SystemClock().now()) == []
        async with desk.running_parts(desk.consumer(Handler())):
            await until(lambda: _handled(desk, 500))
    assert sorted(await desk.handled()) == sorted(events)
    assert await _open_letters(desk) == []


async def test_a_replayed_record_that_fails_again_is_a_dead_letter_again(desk: Desk) -> None:
    events = await desk.announce(["good", "bad", "good"])
    handler = Handler(refuse=lambda r: Unprocessable("no") if r.event_id == events[1] else None)
    async with desk.running_parts(desk.relay(), desk.consumer(handler)):
        await until(lambda: _dead(desk, 1))
        async with desk.engine.begin() as connection:
            await replay(connection, desk.tables, event_ids=[events[1]], now=SystemClock().now())
        await until(lambda: _failures(desk, 2))
    (letter,) = await _open_letters(desk)
    assert (letter.reason, letter.failures) == ("unprocessable", 2)
    async with desk.engine.begin() as connection:
        now = SystemClock().now()
        assert await discard(connection, desk.tables, event_ids=[events[1]], reason="spam", now=now) == [events[1]]
        assert await replay(connection, desk.tables, event_ids=[events[1]], now=now) == []
    assert await _open_letters(desk) == []


async def test_when_every_record_fails_the_consumer_holds_and_goes_on_once_mended(desk: Desk) -> None:
    events = await desk.announce([f"key{i % 11}" for i in range(300)])
    fault = Spell(error=RuntimeError("a bad deploy"))
    consumer = desk.consumer(Handler(refuse=fault))
    async with desk.running_parts(desk.relay(), consumer):
        await until(lambda: _true(consumer.health().held))
        assert not consumer.health().ok
        assert "RuntimeError" in consumer.health().detail
        calls = await desk.number("SELECT count(*) FROM desk.dead_letters")
        assert calls == 0
        await until(lambda: _true(consumer.health().lag == 300))
        fault.subjects = {"nothing"}
        await until(lambda: _handled(desk, 300))
        await until(lambda: _true(consumer.health().ok))
    assert await desk.order_is_kept()
    assert sorted(await desk.handled()) == sorted(events)
    assert await desk.number("SELECT count(*) FROM desk.dead_letters") == 0


async def test_a_run_of_poison_does_not_hold_while_others_go_through(desk: Desk) -> None:
    poison = await desk.announce(["poison"] * 30)
    good = await desk.announce([f"good{i}" for i in range(30)])
    handler = Handler(refuse=lambda r: ValueError() if r.key == "poison" else None)
    consumer = desk.consumer(handler)
    async with desk.running_parts(desk.relay(), consumer):
        await until(lambda: _handled(desk, 30))
        await until(lambda: _dead(desk, 30))
        await until(lambda: _true(consumer.health().ok))
    assert sorted(await desk.handled()) == sorted(good)
    assert sorted(letter.event_id for letter in await _open_letters(desk)) == sorted(poison)


@pytest.mark.parametrize(
    "error",
    [
        TryLater("the router is away", wait=timedelta(milliseconds=300)),
        ConnectionResetError(),
        DBAPIError("select", {}, type("Deadlock", (Exception,), {})(), connection_invalidated=True),
    ],
)
async def test_what_passes_by_itself_dead_letters_nothing(desk: Desk, error: Exception) -> None:
    events = await desk.announce(["key"] * 40)
    fault = Spell("00040", error=error)
    consumer = desk.consumer(Handler(refuse=fault))
    async with desk.running_parts(desk.relay(), consumer):
        await until(lambda: _true("waits" in consumer.health().detail))
        assert not consumer.health().held
        fault.subjects = {"nothing"}
        await until(lambda: _handled(desk, 40))
    assert await desk.handled() == events
    assert await desk.number("SELECT count(*) FROM desk.dead_letters") == 0


async def test_a_value_that_the_database_refuses_is_the_records_fault(desk: Desk) -> None:
    events = await desk.announce(["a", "b", "c"])

    async def store(connection: object, records: list[Record], *, now: object) -> None:
        for record in records:
            if record.event_id == events[1]:
                await connection.execute(text("SELECT :number ::int"), {"number": "not a number"})  # type: ignore[attr-defined]
        await Handler()(connection, records, now=now)  # type: ignore[arg-type]

    async with desk.running_parts(desk.relay(), desk.consumer(store)):  # type: ignore[arg-type]
        await until(lambda: _dead(desk, 1))
        await until(lambda: _handled(desk, 2))
    assert (await _open_letters(desk))[0].event_id == events[1]


async def test_what_is_no_event_is_kept_with_its_reason_and_its_neighbours_pass(desk: Desk) -> None:
    good_id = uuid4()
    good = _headers(good_id)
    without_id = [h for h in good if h[0] != "ce_id"]
    cases: list[tuple[bytes | None, list[tuple[str, bytes]], str]] = [
        (b"{}", [], "unreadable:envelope_version_unknown"),
        (b"{}", without_id, "unreadable:envelope_without_ce_id"),
        (b"{}", [*without_id, ("ce_id", b"\xff\x00")], "unreadable:envelope_id_not_a_uuid"),
        (b"{", _headers(uuid4()), "unreadable:body_not_json"),
        (None, _headers(uuid4()), "unreadable:body_not_json"),
        (b"[" * 200_000, _headers(uuid4()), "unreadable:body_not_json"),
        (b"{}", [*[h for h in good if h[0] != "ce_time"], ("ce_time", b"soon")], "unreadable:envelope_time_unreadable"),
    ]
    producer = AIOKafkaProducer(bootstrap_servers=desk.bootstrap_servers, compression_type="lz4")
    await producer.start()
    try:
        for value, headers, _ in cases[:4]:
            await producer.send_and_wait(desk.prefix + RECEIVED.name, value, key=b"\x00\xff", headers=headers)
        await producer.send_and_wait(desk.prefix + RECEIVED.name, b"{}", key=b"good", headers=good)
        for value, headers, _ in cases[4:]:
            await producer.send_and_wait(desk.prefix + RECEIVED.name, value, key=b"\x00\xff", headers=headers)
    finally:
        await producer.stop()
    async with desk.running_parts(desk.relay(), desk.consumer(Handler(), dead_letter_limit=8)):
        await until(lambda: _dead(desk, len(cases)))
        await until(lambda: _handled(desk, 1))
        await until(lambda: _no_outbox(desk))
    letters = await _open_letters(desk)
    assert sorted(letter.reason for letter in letters) == sorted(reason for _, _, reason in cases)
    async with desk.engine.begin() as connection:
        ids = [letter.event_id for letter in letters]
        assert await replay(connection, desk.tables, event_ids=ids, now=SystemClock().now()) == []


async def test_an_event_too_large_for_kafka_stops_nobody(desk: Desk) -> None:
    noise = json.dumps({"noise": [uuid4().hex for _ in range(60_000)]}).encode()  # 2 MB, hardly compressible
    before = await desk.announce(["key"] * 20)
    (large,) = await desk.announce(["key"], body=noise)
    after = await desk.announce(["key"] * 20)
    relay = desk.relay()
    async with desk.running_parts(relay, desk.consumer(Handler())):
        await until(lambda: _handled(desk, 40))
        await until(lambda: _no_outbox(desk))
    assert await desk.handled() == before + after
    (letter,) = await _open_letters(desk)
    assert (letter.event_id, letter.reason) == (large, "unpublishable")


def _headers(event_id: UUID) -> list[tuple[str, bytes]]:
    return headers_of(event_id=event_id, type="t", source="s", subject=None, time=SystemClock().now(), traceparent=None)


@asynccontextmanager
async def _reader(desk: Desk, topic: str) -> AsyncIterator[AIOKafkaConsumer]:
    client = AIOKafkaConsumer(
        desk.prefix + topic, bootstrap_servers=desk.bootstrap_servers, auto_offset_reset="earliest"
    )
    await client.start()
    try:
        yield client
    finally:
        await client.stop()


async def _open_letters(desk: Desk) -> list[DeadLetter]:
    async with desk.engine.connect() as connection:
        return await find(connection, desk.tables, limit=100)


async def _handled(desk: Desk, number: int) -> bool:
    return await desk.number("SELECT count(*) FROM desk.handled") >= number


async def _dead(desk: Desk, number: int) -> bool:
    return len(await _open_letters(desk)) >= number


async def _failures(desk: Desk, number: int) -> bool:
    return await desk.number("SELECT max(failures) FROM desk.dead_letters") >= number


async def _no_outbox(desk: Desk) -> bool:
    return await desk.number("SELECT count(*) FROM desk.outbox") == 0


async def _true(value: object) -> bool:
    return bool(value)
