"""The relay carries a service's outbox to Kafka: in order per key, never losing, at worst twice (the inbox notices)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.fault_point import fault_point
from shared.messaging import metrics
from shared.messaging.backoff import Backoff
from shared.messaging.health import Health
from shared.messaging.lanes import Lanes
from shared.messaging.outbox_rows import Connection, OutboxRow, OutboxRows
from shared.messaging.publisher import Publisher
from shared.messaging.relay_connection import DATABASE_FAULTS, relay_connection
from shared.messaging.tables import LANES, MessagingTables
from shared.messaging.telling import told

logger = logging.getLogger(__name__)

_BALANCE_EVERY_S = 1.0
_PROBE_EVERY_S = 5.0
_MAX_BYTES = 8 * 1024 * 1024
# From so many events in a round on, so many seconds of rest before the next.
_RESTS = ((50, 0.1), (20, 0.025))


class Relay:
    """Publishes one schema's outbox; any number of processes may run one, they divide the lanes."""

    def __init__(
        self,
        *,
        engine: AsyncEngine,
        tables: MessagingTables,
        bootstrap_servers: str,
        prefix: str = "",
        batch_size: int = 1000,
        deadline: timedelta = timedelta(seconds=10),
        poll_every: timedelta = timedelta(seconds=1),
        kafka_options: Mapping[str, Any] | None = None,
    ) -> None:
        self._engine = engine
        self._tables = tables
        self._batch_size = batch_size
        self._poll_s = poll_every.total_seconds()
        self._publisher = Publisher(
            bootstrap_servers=bootstrap_servers, prefix=prefix, deadline=deadline, options=kafka_options
        )
        self._backoff = Backoff(first=timedelta(milliseconds=200), most=timedelta(seconds=5))
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[Any] | None = None
        self._database_fault: str | None = "has not connected yet"
        self._broker_fault: str | None = "has not been asked yet"
        self._depth: int | None = None
        self._age: float | None = None
        self._balanced_at = 0.0
        self._probed_at = 0.0

    async def run(self) -> None:
        """Publish until `stop`; faults of the database or of Kafka only make it wait and try again."""
        self._task = asyncio.current_task()
        try:
            while not self._stopping.is_set():
                try:
                    async with relay_connection(
                        self._engine, wake_channel=self._tables.wake_channel, wake=self._wake.set
                    ) as connection:
                        await self._publish_until_stopped(connection)
                except DATABASE_FAULTS as error:
                    self._database_fault = type(error).__name__
                    logger.warning("relay lost its database", extra={"schema": self._tables.schema} | told(error))
                    await self._rest(self._backoff.next())
        finally:
            metrics.lanes.labels(self._tables.schema).set(0)
            await self._publisher.close()

    async def stop(self, *, drain: timedelta = timedelta(seconds=2)) -> None:
        """Publish what waits for as long as `drain`, then end; returns within `drain` plus a few seconds, always."""
        self._stopping.set()
        self._wake.set()
        task = self._task
        if task is None or task.done():
            return
        await asyncio.wait({task}, timeout=drain.total_seconds())
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=5.0)

    def health(self) -> Health:
        """Tell whether events get through to Kafka, and what waits."""
        faults = ["has ended"] if self._task is None or self._task.done() else []
        faults += [f"database: {self._database_fault}"] if self._database_fault else []
        faults += [f"kafka: {self._broker_fault}"] if self._broker_fault else []
        return Health(
            ok=not faults,
            detail="; ".join(faults) or "publishing",
            oldest_outbox_seconds=self._age,
            outbox_depth=self._depth,
        )

    async def _publish_until_stopped(self, connection: Connection) -> None:
        rows, lanes = OutboxRows(connection, schema=self._tables.schema), Lanes(connection, schema=self._tables.schema)
        self._balanced_at = 0.0
        await lanes.join()
        while True:
            self._wake.clear()
            await self._keep_watch(rows, lanes)
            waiting = await rows.take(lanes.held, rows=self._batch_size, max_bytes=_MAX_BYTES) if lanes.held else []
            self._database_fault = None
            if self._stopping.is_set() and (not waiting or self._broker_fault):
                return
            if waiting:
                await self._publish(rows, waiting)
                await self._let_gather(len(waiting))
            else:
                await self._idle()

    async def _publish(self, rows: OutboxRows, waiting: list[OutboxRow]) -> None:
        outcome = await self._publisher.publish(waiting)
        fault_point("relay-after-publish")
        await rows.remove(outcome.published)
        for row, exception in outcome.refused:
            await rows.bury(row, exception=exception)
            metrics.dead.labels(self._tables.schema, "unpublishable").inc()
            logger.error(
                "event refused by kafka is a dead letter", extra={"topic": row.topic, "event_id": str(row.event_id)}
            )
        fault_point("relay-after-delete")
        for topic, number in Counter(row.topic for row in outcome.published).items():
            metrics.published.labels(self._tables.schema, topic).inc(number)
        await self._note(outcome.fault)

    async def _let_gather(self, published: int) -> None:
        # In a stream of events many at once cost relay, database and Kafka a fraction of what few at a time do.
        if published < self._batch_size:
            await self._rest(next((seconds for rows, seconds in _RESTS if published >= rows), 0))

    async def _note(self, fault: str | None) -> None:
        self._broker_fault, self._probed_at = fault, _now()
        if fault is None:
            self._backoff.reset()
            return
        metrics.producers_replaced.labels(self._tables.schema).inc()
        logger.warning(
            "kafka did not take the events; they wait", extra={"schema": self._tables.schema, "error": fault}
        )
        await self._rest(self._backoff.next())

    async def _keep_watch(self, rows: OutboxRows, lanes: Lanes) -> None:
        if _now() - self._balanced_at < _BALANCE_EVERY_S:
            return
        self._balanced_at = _now()
        await lanes.balance()
        self._depth, self._age = await rows.measure(range(LANES))
        metrics.lanes.labels(self._tables.schema).set(len(lanes.held))
        metrics.outbox_depth.labels(self._tables.schema).set(self._depth)
        metrics.outbox_age.labels(self._tables.schema).set(self._age)

    async def _idle(self) -> None:
        if _now() - self._probed_at > _PROBE_EVERY_S:
            # Nothing to send proves nothing: health must know that the broker is gone before a complaint has to wait.
            self._broker_fault = await self._publisher.probe()
            self._probed_at = _now()
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), self._poll_s)

    async def _rest(self, seconds: float) -> None:
        if not seconds:
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)


def _now() -> float:
    return asyncio.get_running_loop().time()
