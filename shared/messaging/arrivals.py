"""What a consumer was brought: records, and what could not be read as one."""

from __future__ import annotations

from dataclasses import dataclass

from shared.messaging.dead_letters import Fault
from shared.messaging.envelope import EnvelopeUnreadable, Raw, read, read_as_far_as_possible
from shared.messaging.reasons import UNREADABLE
from shared.messaging.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A record as it arrived; `fault` is set when it could not even be read."""

    record: Record
    fault: Fault | None = None


def arrival_of(raw: Raw, *, topic: str) -> Arrival:
    """Return what a Kafka record is to us; never raises."""
    try:
        return Arrival(record=read(raw, topic=topic))
    except EnvelopeUnreadable as unreadable:
        fault = Fault(reason=f"{UNREADABLE}:{unreadable.code}")
        return Arrival(record=read_as_far_as_possible(raw, topic=topic), fault=fault)
