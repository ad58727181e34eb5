"""A desk to try messaging at: its own schema, its own topics, and a handler whose effects can be counted."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.clock import SystemClock
from shared.contracts.topics import RECEIVED
from shared.messaging.consumer import Consumer
from shared.messaging.outbox import Announcement, announce
from shared.messaging.records import Record
from shared.messaging.relay import Relay
from shared.messaging.tables import MessagingTables
from tests.support.stalls import Stopwatch

SCHEMA = "desk"


@dataclass
class Handler:
    """Writes a row for each record it handles; `refuse` makes it fail, `slow` makes it wait."""

    refuse: Callable[[Record], BaseException | None] = lambda _: None
    slow: float = 0.0
    calls: int = 0
    largest: int = 0

    async def __call__(self, connection: AsyncConnection, records: Sequence[Record], *, now: Any) -> None:
        self.calls += 1
        self.largest = max(self.largest, len(records))
        if self.slow:
            await asyncio.sleep(self.slow)
        for record in records:
            error = self.refuse(record)
            if error is not None:
                raise error
        await connection.execute(
            text("INSERT INTO desk.handled (event_id, key, subject) VALUES (:event_id, :key, :subject)"),
            [{"event_id": r.event_id, "key": r.key, "subject": r.subject or ""} for r in records],
        )


@dataclass
class Desk:
    """One service's messaging; `looking` keeps no connections, so that cutting those of `engine` blinds no test."""

    engine: AsyncEngine
    looking: AsyncEngine
    tables: MessagingTables
    bootstrap_servers: str
    prefix: str
    processes: list[Process] = field(default_factory=list)

    async def announce(self, keys: Sequence[str], *, body: bytes = b"{}", topic: str = RECEIVED.name) -> list[UUID]:
        """Announce one event a key, in one transaction; the subject counts within the key."""
        seen: Counter[str] = Counter()
        events = []
        for key in keys:
            seen[key] += 1
            events.append(self.announcement(key, subject=f"{seen[key]:05d}", body=body, topic=topic))
        async with self.looking.begin() as connection:
            await announce(connection, self.tables, events)
        return [event.event_id for event in events]

    def announcement(self, key: str, *, subject: str, body: bytes = b"{}", topic: str = RECEIVED.name) -> Announcement:
        """An event of no meaning."""
        return Announcement(
            event_id=uuid4(),
            topic=topic,
            type="desk.test.v1",
            source="desk",
            key=key,
            subject=subject,
            time=SystemClock().now(),
            body=body,
            traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        )

    def relay(self, *, bootstrap_servers: str | None = None, deadline: float = 10.0, **options: Any) -> Relay:
        """A relay that does not run yet."""
        return Relay(
            engine=self.engine,
            tables=self.tables,
            bootstrap_servers=bootstrap_servers or self.bootstrap_servers,
            prefix=self.prefix,
            deadline=timedelta(seconds=deadline),
            **options,
        )

    def consumer(self, handler: Handler, **options: Any) -> Consumer:
        """A consumer of `received` that does not run yet."""
        return Consumer(
            engine=self.engine,
            tables=self.tables,
            topic=RECEIVED,
            group="desk",
            handler=handler,
            bootstrap_servers=self.bootstrap_servers,
            prefix=self.prefix,
            clock=SystemClock(),
            **options,
        )

    @asynccontextmanager
    async def running_parts(self, *parts: Relay | Consumer) -> AsyncIterator[None]:
        """Run relays and consumers, and stop them in the end, within their bound."""
        tasks = [asyncio.create_task(part.run()) for part in parts]
        try:
            yield
        finally:
            async with asyncio.timeout(15):
                await asyncio.gather(*(part.stop() for part in parts))
            await asyncio.gather(*tasks, return_exceptions=True)

    async def rows(self, query: str) -> list[Any]:
        """What a query finds."""
        async with self.looking.connect() as connection:
            return list((await connection.execute(text(query))).all())

    async def number(self, query: str) -> int:
        """The one number that a query finds."""
        return int((await self.rows(query))[0][0])

    async def handled(self) -> list[UUID]:
        """The events whose effects are in the database, in the order in which they came there."""
        return [row[0] for row in await self.rows("SELECT event_id FROM desk.handled ORDER BY n")]

    async def order_is_kept(self) -> bool:
        """Whether the events of each key were handled in the order of their subject."""
        rows = await self.rows("SELECT key, array_agg(subject ORDER BY n) FROM desk.handled GROUP BY key")
        return all(list(subjects) == sorted(subjects) for _, subjects in rows)


async def until(probe: Callable[[], Awaitable[bool]], *, within: float = 60.0) -> None:
    """Return as soon as the probe holds; an AssertionError when it never does."""
    with Stopwatch() as watch:
        while not await probe():
            assert watch.seconds < within, f"not within {within} s"
            await asyncio.sleep(0.05)
