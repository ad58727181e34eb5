"""Notices a broker that has fallen silent: aiokafka's consumer then returns nothing for ever and raises no error."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

_ASK_AFTER_S = 3.0
_ASK_FOR_S = 3.0
_POSITION_S = 1.0


class BrokerSilent(Exception):
    """The consumer gets nothing from its broker and must be made anew; `cause` says what was noticed."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class BrokerWatch:
    """Watches one consumer: that fetches are answered, and that its position moves while there is something to read."""

    def __init__(self, consumer: AIOKafkaConsumer, *, silent_after_s: float, time: Callable[[], float]) -> None:
        self._consumer = consumer
        self._silent_after_s = silent_after_s
        self._time = time
        self._heard_at = self._asked_at = self._moved_at = time()
        self._last_poll: float | None = None
        self.fault: str | None = None

    def heard(self) -> None:
        """Records came."""
        self._heard_at = self._asked_at = self._moved_at = self._time()
        self.fault = None

    async def nothing_came(self) -> None:
        """Nothing came: find out whether there is nothing, or nobody; BrokerSilent when it is nobody."""
        assigned = self._consumer.assignment()
        if self._fetches_are_answered(assigned):
            self._heard_at = self._asked_at = self._time()
            self.fault = None
        elif self._time() - self._asked_at > _ASK_AFTER_S:
            await self._ask(assigned)
        if self._time() - self._heard_at > self._silent_after_s:
            raise BrokerSilent("broker_silent")
        await self._check_position(assigned)

    async def lag(self) -> int | None:
        """Return how many records of the assigned partitions are not read yet; nothing while that is not known."""
        total = 0
        assigned = self._consumer.assignment()
        try:
            async with asyncio.timeout(_POSITION_S):
                for partition in assigned:
                    highwater = self._consumer.highwater(partition)
                    if highwater is None:
                        return None
                    total += max(0, highwater - await self._consumer.position(partition))
        except (KafkaError, TimeoutError, AssertionError):  # revoked meanwhile
            return None
        return total

    def _fetches_are_answered(self, assigned: frozenset[TopicPartition] | set[TopicPartition]) -> bool:
        polls = [self._consumer.last_poll_timestamp(partition) for partition in assigned]
        newest = max((poll for poll in polls if poll is not None), default=None)
        answered, self._last_poll = newest is not None and newest != self._last_poll, newest
        return answered

    async def _ask(self, assigned: Any) -> None:
        """Ask for metadata: an answer counts as contact only for a member without partitions, which fetches nothing."""
        self._asked_at = self._time()
        try:
            await asyncio.wait_for(self._consumer.topics(), _ASK_FOR_S)
        except (KafkaError, OSError, TimeoutError) as error:
            self.fault = type(error).__name__
        else:
            self.fault = None if not assigned else "fetches are not answered"
            if not assigned:
                self._heard_at = self._time()

    async def _check_position(self, assigned: Any) -> None:
        lag = await self.lag() if assigned else 0
        if not lag:
            self._moved_at = self._time()
        elif self._time() - self._moved_at > 2 * self._silent_after_s:
            raise BrokerSilent("position_stuck")


def offsets_after(records: Mapping[TopicPartition, list[Any]]) -> dict[TopicPartition, int]:
    """Return the offsets to commit once all of these are settled."""
    return {partition: batch[-1].offset + 1 for partition, batch in records.items() if batch}
