"""The one Kafka producer of a service: sends in order, has its own deadline, is replaced when it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from shared.messaging.batching import Batch, batches, too_large
from shared.messaging.kafka_clients import close_within
from shared.messaging.outbox_rows import OutboxRow

logger = logging.getLogger(__name__)

_REFUSALS = (MessageSizeTooLargeError, RecordListTooLargeError)
_FAULTS = (KafkaError, OSError, TimeoutError)
_CLOSE_S = 2.0
_PROBE_S = 3.0
_MAX_REQUEST_BYTES = 8 * 1024 * 1024
_BATCH_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the rows given: taken by Kafka, refused for good (and by what error), or neither, by `fault`."""

    published: Sequence[OutboxRow]
    refused: Sequence[tuple[OutboxRow, str]] = ()
    fault: str | None = None


class Publisher:
    """Owns an idempotent producer; after any fault the producer is given up and the next call makes another."""

    def __init__(
        self, *, bootstrap_servers: str, prefix: str, deadline: timedelta, options: Mapping[str, Any] | None = None
    ) -> None:
        self._prefix = prefix
        self._deadline_s = deadline.total_seconds()
        self._producer: AIOKafkaProducer | None = None
        self.replaced = 0
        self._options = {
            "bootstrap_servers": bootstrap_servers,
            "acks": "all",
            "enable_idempotence": True,
            "compression_type": "lz4",
            "max_batch_size": _BATCH_BYTES,
            "max_request_size": _MAX_REQUEST_BYTES,
            # Longer than our deadline: it is the deadline that gives up, for all that is under way at once, so nothing
            # can be given up in the middle while later records of the same key go through.
            "retry_backoff_ms": 250,
            "request_timeout_ms": int(self._deadline_s * 3000),
        } | dict(options or {})

    async def publish(self, rows: Sequence[OutboxRow]) -> Outcome:
        """Send the rows in their order, all partitions at once; return what became of each within the deadline."""
        outcome, suspects = await self._send_all(rows)
        if not suspects:
            return outcome
        # A batch is refused as a whole: one by one shows which event is too large.
        await self.close()
        return await self._send_singly(outcome, suspects)

    async def probe(self) -> str | None:
        """Ask the broker for its metadata; return why it does not answer, or nothing."""
        try:
            async with asyncio.timeout(_PROBE_S):
                producer = await self._started()
                await producer.client.fetch_all_metadata()
        except _FAULTS as error:
            await self._replace()
            return type(error).__name__
        return None

    async def close(self) -> None:
        """Give the producer up within seconds, whatever it is doing."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await close_within(producer, seconds=_CLOSE_S)

    async def _send_all(self, rows: Sequence[OutboxRow]) -> tuple[Outcome, list[OutboxRow]]:
        sent: list[tuple[Batch, asyncio.Future[Any]]] = []
        suspects = [row for row in rows if too_large(row, most_bytes=_MAX_REQUEST_BYTES)]
        sendable = [row for row in rows if not too_large(row, most_bytes=_MAX_REQUEST_BYTES)]
        fault = None
        try:
            async with asyncio.timeout(self._deadline_s):
                producer = await self._started()
                for batch in await batches(producer, sendable, prefix=self._prefix):
                    # Of one partition only one is under way at once: the client waits here until it is.
                    future = await producer.send_batch(batch.builder, batch.topic, partition=batch.partition)
                    future.add_done_callback(_retrieve)
                    sent.append((batch, future))
                await asyncio.wait([future for _, future in sent]) if sent else None
        except _FAULTS as error:
            fault = type(error).__name__
        suspects += [row for batch, future in sent if isinstance(_error(future), _REFUSALS) for row in batch.rows]
        fault = fault or next(
            (type(e).__name__ for _, f in sent if (e := _error(f)) and not isinstance(e, _REFUSALS)), None
        )
        if fault:
            await self._replace()
        published = [row for batch, future in sent if _is_taken(future) for row in batch.rows]
        return Outcome(published=published, fault=fault), suspects

    async def _send_singly(self, outcome: Outcome, suspects: Sequence[OutboxRow]) -> Outcome:
        published, refused, fault = list(outcome.published), list(outcome.refused), outcome.fault
        for row in sorted(suspects, key=lambda row: row.seq):
            if fault:
                break
            single, still = await self._send_all([row])
            published += single.published
            fault = single.fault
            if still:
                refused.append((row, MessageSizeTooLargeError.__name__))
                await self.close()  # a refused batch leaves a gap in the producer's sequence numbers
        return Outcome(published=published, refused=refused, fault=fault)

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(**self._options)
            try:
                await producer.start()
            except BaseException:
                await close_within(producer, seconds=_CLOSE_S)
                raise
            self._producer = producer
        return self._producer

    async def _replace(self) -> None:
        self.replaced += 1
        await self.close()


def _retrieve(future: asyncio.Future[Any]) -> None:
    """Look at the error, so that a future given up does not complain later that nobody did."""
    _error(future)


def _error(future: asyncio.Future[Any]) -> BaseException | None:
    return future.exception() if future.done() and not future.cancelled() else None


def _is_taken(future: asyncio.Future[Any]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None
