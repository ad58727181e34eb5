"""Sends consumers back to the beginning of a topic, as an operator's offset reset does."""

from __future__ import annotations

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from tests.support.house import House
from tests.support.waiting import outside_loop


def replay_topic(house: House, topic: str, *, group: str) -> None:
    """Set the group's offsets of the topic to zero; no member of the group may run."""
    outside_loop(_rewind(house.kafka_bootstrap_servers, house.topic_prefix + topic, house.topic_prefix + group))


async def _rewind(servers: str, topic: str, group: str) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, n) for n in range(6)]
        consumer.assign(partitions)
        await consumer.commit({partition: OffsetAndMetadata(0, "") for partition in partitions})
    finally:
        await consumer.stop()
