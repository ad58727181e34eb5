"""The consumer settles a topic's records in batches; what it settled once it never settles again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.clock import Clock
from shared.contracts.topics import Topic
from shared.fault_point import fault_point
from shared.faults import TryLater
from shared.messaging.arrivals import arrival_of
from shared.messaging.backoff import Backoff
from shared.messaging.broker_watch import BrokerSilent, BrokerWatch, offsets_after
from shared.messaging.consumer_gauges import ConsumerGauges
from shared.messaging.dead_letters import Fault
from shared.messaging.health import Health
from shared.messaging.kafka_clients import close_within
from shared.messaging.settlement import BatchHandler, Held, Settlement
from shared.messaging.tables import MessagingTables
from shared.messaging.telling import told

logger = logging.getLogger(__name__)

Batch = Mapping[TopicPartition, list[ConsumerRecord[bytes | None, bytes | None]]]

_START_S = 20.0
_POLL_MS = 500
_POLL_S = 10.0
_COMMIT_S = 5.0
_CLOSE_S = 2.0


class Consumer:
    """Reads one topic in one group; any number of processes may run one, Kafka divides the partitions."""

    def __init__(
        self,
        *,
        engine: AsyncEngine,
        tables: MessagingTables,
        topic: Topic,
        group: str,
        handler: BatchHandler,
        bootstrap_servers: str,
        clock: Clock,
        prefix: str = "",
        batch_size: int = 500,
        dead_letter_limit: int = 5,
        session: timedelta = timedelta(seconds=6),
        silent_after: timedelta = timedelta(seconds=12),
        kafka_options: Mapping[str, Any] | None = None,
    ) -> None:
        self._topic = topic
        self._physical = prefix + topic.name
        self._group = prefix + group
        self._batch_size = batch_size
        self._silent_after_s = silent_after.total_seconds()
        self._gauges = ConsumerGauges(schema=tables.schema, topic=topic.name, group=group)
        self._settlement = Settlement(
            engine=engine,
            tables=tables,
            handler=handler,
            clock=clock,
            dead_topic=topic.dead_letters,
            limit=dead_letter_limit,
        )
        self._options = {
            "bootstrap_servers": bootstrap_servers,
            "group_id": self._group,
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "session_timeout_ms": int(session.total_seconds() * 1000),
            "heartbeat_interval_ms": int(session.total_seconds() * 1000 / 3),
            "retry_backoff_ms": 250,
            "request_timeout_ms": 15_000,
        } | dict(kafka_options or {})
        self._backoff = Backoff(first=timedelta(milliseconds=250), most=timedelta(seconds=5))
        self._rebuilding = Backoff(first=timedelta(milliseconds=250), most=timedelta(seconds=4))
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[Any] | None = None
        self._lag: int | None = None
        self._waits_for: str | None = None
        self._held = False
        self._broker_fault: str | None = "has not connected yet"

    async def run(self) -> None:
        """Settle records until `stop`; faults of Kafka or of the database only make it wait and try again."""
        self._task = asyncio.current_task()
        while not self._stopping.is_set():
            try:
                async with self._connected() as client:
                    await self._settle_until_stopped(client)
            except BrokerSilent as silent:
                await self._rebuild(silent.cause)
            except asyncio.CancelledError:
                if self._task is None or self._task.cancelling():
                    raise
                await self._rebuild("cancelled_by_itself")  # aiokafka lets its own cancellations out (#727)
            except Exception as error:  # noqa: BLE001 - whatever it is, records must go on being settled
                logger.warning("consumer lost kafka", extra={"topic": self._topic.name} | told(error))
                await self._rebuild(type(error).__name__)

    async def stop(self, *, drain: timedelta = timedelta(seconds=5)) -> None:
        """Finish the batch at hand, commit its offsets and leave the group; returns within `drain` plus seconds."""
        self._stopping.set()
        task = self._task
        if task is None or task.done():
            return
        await asyncio.wait({task}, timeout=drain.total_seconds())
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=5.0)

    def health(self) -> Health:
        """Tell whether records are being settled, and if not, why."""
        ended = "has ended" if self._task is None or self._task.done() else None
        fault = ended or self._broker_fault or self._waits_for
        return Health(ok=fault is None, detail=fault or "settling", lag=self._lag, held=self._held)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AIOKafkaConsumer]:
        client = AIOKafkaConsumer(self._physical, **self._options)
        try:
            async with asyncio.timeout(_START_S):
                await client.start()
            self._broker_fault = None
            self._rebuilding.reset()
            yield client
        finally:
            await close_within(client, seconds=_CLOSE_S)

    async def _settle_until_stopped(self, client: AIOKafkaConsumer) -> None:
        watch = BrokerWatch(client, silent_after_s=self._silent_after_s, time=asyncio.get_running_loop().time)
        while not self._stopping.is_set():
            async with asyncio.timeout(_POLL_S):
                batch: Batch = await client.getmany(timeout_ms=_POLL_MS, max_records=self._batch_size)
            if any(batch.values()):
                watch.heard()
                await self._settle(client, batch)
            else:
                await watch.nothing_came()
            self._broker_fault = watch.fault
            self._note_lag(await watch.lag())

    async def _settle(self, client: AIOKafkaConsumer, batch: Batch) -> None:
        arrivals = [arrival_of(raw, topic=self._topic.name) for records in batch.values() for raw in records]
        try:
            with self._gauges.settling():
                dead = await self._settlement.settle(arrivals)
                await self._commit(client, batch)
        except Held as held:
            await self._wait(client, batch, cause=f"held: a run of records fails ({held})", held=True)
        except TryLater as later:
            await self._wait(client, batch, cause="waits for what is out of reach", at_least=later.wait)
        except Exception as error:  # noqa: BLE001 - a defect of ours: the records stay in Kafka and wait for its mending
            # without its traceback, whose last line may quote a customer
            logger.error("batch could not be settled", extra={"topic": self._topic.name} | told(error))  # noqa: TRY400
            await self._wait(client, batch, cause=f"fails by itself: {type(error).__name__}")
        else:
            self._note_settled(len(arrivals), dead)

    async def _commit(self, client: AIOKafkaConsumer, batch: Batch) -> None:
        """Commit offsets; a failure is harmless, since the next commit covers it or the inbox notices."""
        try:
            async with asyncio.timeout(_COMMIT_S):
                await client.commit(offsets_after(batch))
        except (KafkaError, OSError, TimeoutError) as error:
            self._gauges.commit_failed()
            logger.info("offsets not committed", extra={"topic": self._topic.name, "error": type(error).__name__})
        fault_point("consumer-after-offsets")

    async def _wait(
        self,
        client: AIOKafkaConsumer,
        batch: Batch,
        *,
        cause: str,
        held: bool = False,
        at_least: timedelta | None = None,
    ) -> None:
        """Put the batch back and rest; Kafka keeps it, so waiting for hours costs no memory."""
        for partition, records in batch.items():
            with contextlib.suppress(KafkaError):  # revoked meanwhile: it is another's
                client.seek(partition, records[0].offset)
        if cause != self._waits_for:
            logger.warning("consumer waits", extra={"topic": self._topic.name, "cause": cause})
        self._waits_for, self._held = cause, held
        self._gauges.waits(held=held)
        await self._rest(max(self._backoff.next(), min(at_least.total_seconds(), 60.0) if at_least else 0.0))

    def _note_settled(self, records: int, dead: list[Fault]) -> None:
        self._waits_for, self._held = None, False
        self._backoff.reset()
        self._gauges.settled(records=records, dead=dead)

    def _note_lag(self, lag: int | None) -> None:
        if lag is not None:
            self._lag = lag
            self._gauges.lag(lag)

    async def _rebuild(self, cause: str) -> None:
        self._broker_fault = f"kafka: {cause}"
        self._gauges.rebuilt(cause)
        logger.warning("consumer is made anew", extra={"topic": self._topic.name, "cause": cause})
        await self._rest(self._rebuilding.next())

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
