"""What a house has put onto its topics."""

from __future__ import annotations

import asyncio
from uuid import UUID

from aiokafka import AIOKafkaConsumer

from shared.messaging.envelope import EnvelopeUnreadable, read
from shared.messaging.records import Record
from tests.support.house import House
from tests.support.waiting import outside_loop


def events(house: House, topic: str, *, within_s: float = 20.0) -> list[Record]:
    """Return every event that the topic holds by now."""
    return outside_loop(_events(house, topic, within_s))


def events_of(house: House, topic: str, complaint_id: UUID | str) -> list[Record]:
    """Return the events of one complaint that the topic holds by now; `routed` and `progress` are keyed by it."""
    return [event for event in events(house, topic) if event.key == str(complaint_id)]


async def _events(house: House, topic: str, within_s: float) -> list[Record]:
    consumer = AIOKafkaConsumer(
        house.topic_prefix + topic,
        bootstrap_servers=house.kafka_bootstrap_servers,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    found: list[Record] = []
    async with consumer, asyncio.timeout(within_s):
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    try:
                        found.append(read(record, topic=topic))
                    except EnvelopeUnreadable:
                        continue
    return found
