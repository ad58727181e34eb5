"""Puts events into Kafka's batches, one partition each: a tenth of what handing them over one by one costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer

from shared.messaging.envelope import headers_of
from shared.messaging.outbox_rows import OutboxRow
from shared.messaging.partitions import partition_of

_AROUND_AN_EVENT = 4096
"""No envelope is larger: identifiers, a trace and a subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Events of one partition in their order, as Kafka's client takes them (`builder`)."""

    topic: str
    partition: int
    rows: Sequence[OutboxRow]
    builder: Any


def too_large(row: OutboxRow, *, most_bytes: int) -> bool:
    """Tell whether no request could carry the event."""
    return len(row.body) + len(row.key) + _AROUND_AN_EVENT > most_bytes


async def batches(producer: AIOKafkaProducer, rows: Sequence[OutboxRow], *, prefix: str) -> list[Batch]:
    """Return the events in batches; two of one partition stand in the order in which they must be sent."""
    parted: dict[tuple[str, int], list[OutboxRow]] = {}
    partitions = {topic: sorted(await producer.partitions_for(prefix + topic)) for topic in {r.topic for r in rows}}
    for row in rows:
        partition = partition_of(row.key.encode(), partitions[row.topic])
        parted.setdefault((row.topic, partition), []).append(row)
    return [
        batch
        for (topic, partition), together in parted.items()
        for batch in _filled(producer, together, topic=prefix + topic, partition=partition)
    ]


def _filled(producer: AIOKafkaProducer, rows: Sequence[OutboxRow], *, topic: str, partition: int) -> Iterator[Batch]:
    builder, held = producer.create_batch(), list[OutboxRow]()
    for row in rows:
        if not _append(builder, row):
            yield Batch(topic=topic, partition=partition, rows=held, builder=builder)
            builder, held = producer.create_batch(), []
            _append(builder, row)  # the first of a batch always has room
        held.append(row)
    yield Batch(topic=topic, partition=partition, rows=held, builder=builder)


def _append(builder: Any, row: OutboxRow) -> bool:
    headers = headers_of(
        event_id=row.event_id,
        type=row.type,
        source=row.source,
        subject=row.subject,
        time=row.time,
        traceparent=row.traceparent,
        dead_reason=row.dead_reason,
    )
    return builder.append(timestamp=None, key=row.key.encode(), value=row.body, headers=headers) is not None
