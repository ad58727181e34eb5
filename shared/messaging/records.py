"""What a consumer's handler is given: one event as it came from Kafka."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An event with its place in the topic; `topic` is the contract's name, without any prefix."""

    event_id: UUID
    topic: str
    partition: int
    offset: int
    key: str
    type: str
    time: datetime
    body: bytes
    traceparent: str | None = None
    source: str = ""
    subject: str | None = None
