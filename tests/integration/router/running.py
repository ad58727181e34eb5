"""A router that runs: its doors, its topics, and keys that open only some doors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from fastapi import FastAPI

from services.router.app import build
from services.router.settings import RouterSettings
from shared.contracts.received import MessageReceived
from shared.contracts.routed import ComplaintRouted
from shared.messaging.envelope import headers_of
from shared.messaging.records import Record
from shared.web.access import Access, KeyRing, Principal
from tests.integration.router.stories import record_of
from tests.support.stalls import Stopwatch

T = TypeVar("T")
WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of tests: `key+a+b` holds the scopes a and b."""

    async def principal(self, key: str) -> Principal | None:
        """Return the holder of the scopes that the key names."""
        name, *scopes = key.split("+")
        return Principal(key_id="anna", scopes=frozenset(scopes)) if name == "key" else None


@dataclass(frozen=True, kw_only=True)
class RunningRouter:
    """A router with its doors open."""

    app: FastAPI
    settings: RouterSettings
    http: httpx.AsyncClient

    def holding(self, *scopes: str) -> Mapping[str, str]:
        """Return the header of a key with these scopes."""
        return {"Authorization": "Bearer " + "+".join(("key", *scopes))}

    async def publish(self, *messages: MessageReceived) -> None:
        """Put messages onto the topic as ingest does."""
        await self.publish_records(*(record_of(m) for m in messages))

    async def publish_records(self, *records: Record) -> None:
        """Put records onto their topics."""
        producer = AIOKafkaProducer(bootstrap_servers=self.settings.kafka_bootstrap_servers)
        async with producer:
            for r in records:
                headers = headers_of(
                    event_id=r.event_id, type=r.type, source="test", subject=None, time=r.time,
                    traceparent=r.traceparent,
                )  # fmt: skip
                topic = self.settings.topic_prefix + r.topic
                await producer.send_and_wait(topic, key=r.key.encode(), value=r.body, headers=headers)

    async def told(self, n: int) -> list[ComplaintRouted]:
        """Return the first n events that the router put onto its topic."""
        consumer = AIOKafkaConsumer(
            self.settings.topic_prefix + ComplaintRouted.TOPIC,
            bootstrap_servers=self.settings.kafka_bootstrap_servers,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
        events: list[ComplaintRouted] = []
        async with consumer, asyncio.timeout(WITHIN_S):
            while len(events) < n:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    events += [msgspec.json.decode(r.value or b"", type=ComplaintRouted) for r in records]
        return events

    async def complaint(self, reference: str) -> dict[str, Any]:
        """Return a complaint as it is shown."""
        answer = await self.http.get(f"/v1/complaints/{reference}")
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown


@asynccontextmanager
async def running_router(settings: RouterSettings) -> AsyncIterator[RunningRouter]:
    """Run a router; its own caller may do everything."""
    app = build(settings)
    async with app.router.lifespan_context(app):
        keys: KeyRing = Keys()
        app.state.access = Access(keys=keys, service_token=settings.service_token)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {settings.service_token}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://router", headers=headers) as http:
            yield RunningRouter(app=app, settings=settings, http=http)


async def until(probe: Callable[[], Awaitable[T]], *, within_s: float = WITHIN_S) -> T:
    """Ask again until the answer is truthy."""
    with Stopwatch() as watch:
        while not (seen := await probe()):
            assert watch.seconds < within_s, f"never came; last seen: {seen}"
            await asyncio.sleep(0.05)
    return seen
