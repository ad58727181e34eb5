"""The topics: their names, partitions and retention, in this one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

PARTITIONS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A Kafka topic as it is to exist."""

    name: str
    retention: timedelta
    partitions: int = PARTITIONS

    @property
    def dead_letters(self) -> str:
        """The topic that copies of this topic's dead letters go to."""
        return f"{self.name}.dead"


RECEIVED = Topic(name="complaints.received.v1", retention=timedelta(days=7))
ROUTED = Topic(name="complaints.routed.v1", retention=timedelta(days=30))
PROGRESS = Topic(name="complaints.progress.v1", retention=timedelta(days=30))

DEAD_LETTER_RETENTION = timedelta(days=30)


def all_topics() -> tuple[Topic, ...]:
    """Every topic to create, the dead letters' included."""
    living = (RECEIVED, ROUTED, PROGRESS)
    return living + tuple(Topic(name=t.dead_letters, retention=DEAD_LETTER_RETENTION) for t in living)
