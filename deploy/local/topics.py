"""The topics of shared/contracts/topics.py made on a broker, as they are to exist."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAlreadyExistsError

from shared.contracts.topics import Topic, all_topics

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

_ALREADY_EXISTS = TopicAlreadyExistsError.errno


async def create(
    *, bootstrap_servers: str, prefix: str = "", within_s: float = 20.0, options: Mapping[str, Any] | None = None
) -> list[str]:
    """Make every topic that is missing and return their names; a broker that is just starting is waited for.

    `options` are the client's beside the address, as `KafkaSettings.kafka_options` gives them.
    """
    names = [prefix + topic.name for topic in all_topics()]
    wanted = [_new(topic, prefix) for topic in all_topics()]
    deadline = time.monotonic() + within_s
    while True:
        try:
            async with _admin(bootstrap_servers, options) as admin:
                answer = await admin.create_topics(wanted)
                _check(answer.topic_errors)  # type: ignore[attr-defined]  # aiokafka types answers by their base
                return names
        except KafkaError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)


async def delete(*, bootstrap_servers: str, prefix: str) -> None:
    """Delete the topics of one prefix; which must not be empty, for then they would be the house's own."""
    if not prefix:
        raise ValueError("an empty prefix names the topics in use")
    async with _admin(bootstrap_servers) as admin:
        await admin.delete_topics([prefix + topic.name for topic in all_topics()])


@asynccontextmanager
async def _admin(
    bootstrap_servers: str, options: Mapping[str, Any] | None = None
) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=10_000, **(options or {}))
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


def _new(topic: Topic, prefix: str) -> NewTopic:
    retention = str(int(topic.retention.total_seconds() * 1000))
    return NewTopic(
        prefix + topic.name, topic.partitions, 1, topic_configs={"retention.ms": retention, "cleanup.policy": "delete"}
    )


def _check(topic_errors: list[tuple[str, int, str | None]]) -> None:
    for name, code, said in topic_errors:
        if code not in (0, _ALREADY_EXISTS):
            raise KafkaConnectionError(f"{name}: {said or code}")
