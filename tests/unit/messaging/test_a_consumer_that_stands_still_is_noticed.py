"""aiokafka's consumer can fall silent without an error: whether it reads is judged by what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from aiokafka import TopicPartition

from shared.messaging.broker_watch import BrokerSilent, BrokerWatch

ONE = TopicPartition("complaints.received.v1", 0)
SILENT_AFTER_S = 12.0


@dataclass
class Reader:
    """What the watch asks of a consumer, answered as a real one does in a state that no broker can be brought to."""

    at: float = 0.0
    end: int = 0
    read: int = 0
    polled: float | None = None
    partitions: set[TopicPartition] = field(default_factory=lambda: {ONE})
    answers: bool = True

    def assignment(self) -> set[TopicPartition]:
        return self.partitions

    def last_poll_timestamp(self, _partition: TopicPartition) -> float | None:
        return self.polled

    def highwater(self, _partition: TopicPartition) -> int:
        return self.end

    async def position(self, _partition: TopicPartition) -> int:
        return self.read

    async def topics(self) -> set[str]:
        if not self.answers:
            raise TimeoutError
        return set()


def _watch(reader: Reader) -> BrokerWatch:
    return BrokerWatch(reader, silent_after_s=SILENT_AFTER_S, time=lambda: reader.at)  # type: ignore[arg-type]


async def _look(watch: BrokerWatch, reader: Reader, *, for_s: int, fetches: bool) -> None:
    for _ in range(for_s):
        reader.at += 1
        reader.polled = reader.at if fetches else reader.polled
        await watch.nothing_came()


async def test_records_that_wait_and_are_not_read_are_noticed_though_fetches_are_answered() -> None:
    reader = Reader(end=5)
    watch = _watch(reader)
    await _look(watch, reader, for_s=int(2 * SILENT_AFTER_S), fetches=True)
    assert await watch.lag() == 5
    with pytest.raises(BrokerSilent, match="position_stuck"):
        await _look(watch, reader, for_s=1, fetches=True)


async def test_a_consumer_that_has_read_everything_may_wait_for_ever() -> None:
    reader = Reader(end=5, read=5)
    await _look(_watch(reader), reader, for_s=300, fetches=True)


async def test_a_broker_that_answers_metadata_and_no_fetch_is_silent() -> None:
    reader = Reader()
    watch = _watch(reader)
    with pytest.raises(BrokerSilent, match="broker_silent"):
        await _look(watch, reader, for_s=30, fetches=False)
    assert reader.at == SILENT_AFTER_S + 1
    assert watch.fault == "fetches are not answered"


async def test_a_member_without_partitions_is_content_with_metadata() -> None:
    reader = Reader(partitions=set())
    watch = _watch(reader)
    await _look(watch, reader, for_s=100, fetches=False)
    reader.answers = False
    with pytest.raises(BrokerSilent):
        await _look(watch, reader, for_s=30, fetches=False)
