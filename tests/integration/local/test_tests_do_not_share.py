"""Each test has a database and topics of its own, on a real PostgreSQL and a real Kafka."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from shared.contracts.topics import RECEIVED, all_topics


@pytest.mark.parametrize("turn", [1, 2])
async def test_a_table_made_in_one_test_is_unknown_in_the_next(empty_database_url: str, turn: int) -> None:
    connection = await asyncpg.connect(empty_database_url)
    try:
        await connection.execute("CREATE TABLE left_behind (turn int)")
        assert await connection.fetchval("SELECT count(*) FROM left_behind") == 0
    finally:
        await connection.close()


async def test_the_database_is_durable_and_as_new_as_in_production(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        assert await connection.fetchval("SHOW fsync") == "on"
        assert await connection.fetchval("SHOW synchronous_commit") == "on"
        assert (await connection.fetchval("SHOW server_version")).startswith("18.")
    finally:
        await connection.close()


async def test_what_one_test_sends_is_read_there_and_nowhere_else(
    kafka_bootstrap_servers: str, topic_prefix: str
) -> None:
    topic = topic_prefix + RECEIVED.name
    producer = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap_servers, enable_idempotence=True)
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka_bootstrap_servers, auto_offset_reset="earliest")
    try:
        await producer.start()
        await producer.send_and_wait(topic, b"one", key=b"k")
        await consumer.start()
        assert (await consumer.getone()).value == b"one"
        assert {topic_prefix + t.name for t in all_topics()} <= await consumer.topics()
        assert len(consumer.partitions_for_topic(topic) or ()) == RECEIVED.partitions
    finally:
        await consumer.stop()
        await producer.stop()


async def test_every_topic_exists_as_it_is_written_down(kafka_bootstrap_servers: str, topic_prefix: str) -> None:
    wanted = {topic_prefix + t.name: (t.partitions, t.retention / timedelta(milliseconds=1)) for t in all_topics()}
    assert {partitions for partitions, _ in wanted.values()} == {6}
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap_servers)
    await admin.start()
    try:
        async with asyncio.timeout(20):
            while len(seen := await _described(admin, list(wanted))) < len(wanted):  # noqa: ASYNC110 - Kafka tells nobody
                await asyncio.sleep(0.1)  # a topic just made is not known everywhere at once
    finally:
        await admin.close()
    assert seen == wanted


async def _described(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, tuple[int, float]]:
    """Return the partitions and the retention in milliseconds of the topics that are known by now."""
    partitions = {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics(names)}
    [told] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    settings = {name: {entry[0]: entry[1] for entry in entries} for _, _, _, name, entries in _resources(told)}
    return {name: (partitions[name], float(kept["retention.ms"])) for name, kept in settings.items() if kept}


def _resources(told: Any) -> Any:
    return told.resources  # aiokafka types answers by their base
