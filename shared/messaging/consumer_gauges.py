"""The metrics of one consumer."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from shared.messaging import metrics
from shared.messaging.dead_letters import Fault


class ConsumerGauges:
    """Tells Prometheus what one consumer does."""

    def __init__(self, *, schema: str, topic: str, group: str) -> None:
        self._schema = schema
        self._labels = (topic, group)

    def settling(self) -> AbstractContextManager[Any]:
        """Measure how long a batch takes."""
        return metrics.settling.labels(*self._labels).time()

    def settled(self, *, records: int, dead: Sequence[Fault]) -> None:
        """Count a batch that is done."""
        metrics.holding.labels(*self._labels).set(0)
        metrics.consumed.labels(*self._labels, "settled").inc(records - len(dead))
        metrics.consumed.labels(*self._labels, "dead").inc(len(dead))
        for fault in dead:
            metrics.dead.labels(self._schema, fault.reason).inc()

    def waits(self, *, held: bool) -> None:
        """Count a batch that was put back."""
        metrics.waits.labels(*self._labels, "held" if held else "later").inc()
        metrics.holding.labels(*self._labels).set(int(held))

    def lag(self, records: int) -> None:
        """Show how much is still to be settled."""
        metrics.lag.labels(*self._labels).set(records)

    def rebuilt(self, cause: str) -> None:
        """Count a Kafka consumer that was given up."""
        metrics.rebuilt.labels(*self._labels, cause).inc()

    def commit_failed(self) -> None:
        """Count offsets that Kafka did not take."""
        metrics.commits_failed.labels(*self._labels).inc()
