"""A crowd of endpoints on loopback, some of which never answer, and how late the others hear what happened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.domain.webhooks import Subscription
from services.responder.jobs.notifier import Notifier
from services.responder.store import webhook_events, webhook_subscriptions
from services.responder.store.webhook_events import WebhookEvent
from services.responder.usecases import webhook_secrets
from services.responder.usecases.webhook_calls import POOLS, WebhookCaller
from shared.clock import SystemClock
from shared.sealing import Sealer
from shared.web.database import new_engine
from shared.web.outgoing_http import new_vendor_clients
from tests.integration.responder.endpoints import SECRET

CLOCK = SystemClock()
SEALER = Sealer(bytes(32))


@dataclass
class Crowd:
    """Endpoints by number; those in `hangs` take a call and never answer it."""

    engine: AsyncEngine
    size: int
    hangs: set[int] = field(default_factory=set)
    heard: dict[tuple[int, str], float] = field(default_factory=dict)
    open_calls: set[int] = field(default_factory=set)
    ends: asyncio.Event = field(default_factory=asyncio.Event)

    async def subscribe(self, port: int) -> None:
        """Make a subscription for each endpoint, which hears of one account alone."""
        now = CLOCK.now()
        async with self.engine.begin() as connection:
            for number in range(self.size):
                name = uuid4()
                await webhook_subscriptions.add(
                    connection,
                    Subscription(
                        subscription_id=name,
                        title=f"endpoint {number}",
                        url=f"http://127.0.0.1:{port}/{number}",
                        filters={"account": (str(number),)},
                        created_at=now,
                        created_by="test",
                    ),
                    sealed_secrets=webhook_secrets.seal(SEALER, name, [SECRET]),
                )

    async def lateness(self, *, rounds: int, every_s: float, parts: int = 1, within_s: float = 20.0) -> list[float]:
        """Let something happen for every endpoint in each round, and return how late those that answer heard of it.

        A round comes in several parts: otherwise an endpoint waits for nothing but its turn among all of them.
        """
        happened: dict[tuple[int, str], float] = {}
        for turn in range(rounds * parts):
            subjects = {number: uuid4() for number in range(turn % parts, self.size, parts)}
            at = asyncio.get_running_loop().time()
            await self._happen(subjects)
            happened |= {(number, str(subject)): at for number, subject in subjects.items()}
            await asyncio.sleep(every_s / parts)
        awaited = [key for key in happened if key[0] not in self.hangs]
        async with asyncio.timeout(within_s):
            while not all(key in self.heard for key in awaited):  # noqa: ASYNC110 - many keys, no one event
                await asyncio.sleep(0.05)
        return [self.heard[key] - happened[key] for key in awaited]

    async def waiting(self) -> int:
        """Return how many notifications are on their way."""
        sql = "SELECT count(*) FROM responder.webhook_notifications WHERE state IN ('queued', 'sending')"
        async with self.engine.connect() as connection:
            return int((await connection.execute(text(sql))).scalar_one())

    async def _happen(self, subjects: Mapping[int, UUID]) -> None:
        now = CLOCK.now()
        events = [
            WebhookEvent(
                event_id=uuid4(),
                subject_id=subject,
                sequence=1,
                type="complaint.opened",
                reference="ABCDEFGHJ",
                facts={"account": [str(number)]},
                at=now,
                created_at=now,
                body=str(subject).encode() + b" " * 3_000,
            )
            for number, subject in subjects.items()
        ]
        async with self.engine.begin() as connection:
            await webhook_events.add(connection, events)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer 204 to each call on a connection, or never."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                number = int(head.split()[1].strip("/"))
                length = next(line for line in head.lower().split("\r\n") if line.startswith("content-length:"))
                body = await reader.readexactly(int(length.partition(":")[2]))
                if number in self.hangs:
                    self.open_calls.add(number)
                    gave_up = asyncio.create_task(reader.read(1))
                    ends = asyncio.create_task(self.ends.wait())
                    await asyncio.wait((gave_up, ends), return_when=asyncio.FIRST_COMPLETED)
                    for waiting in (gave_up, ends):
                        waiting.cancel()
                    break
                self.heard.setdefault((number, body[:36].decode()), asyncio.get_running_loop().time())
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
                await writer.drain()
        writer.close()


@asynccontextmanager
async def crowd(database_url: str, *, size: int, slots: int = 256, call_s: float = 15.0) -> AsyncIterator[Crowd]:
    """Run a crowd and one notifier that tells it."""
    engine = new_engine(database_url.replace("postgresql://", "postgresql+asyncpg://"), pool=8, application="crowd")
    found = Crowd(engine=engine, size=size)
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0, backlog=1_000)
    await found.subscribe(server.sockets[0].getsockname()[1])
    async with AsyncExitStack() as stack:
        clients = new_vendor_clients(POOLS, allow_private_targets=True, connections=2 * slots + 4)
        for client in clients:
            await stack.enter_async_context(client)
        caller = WebhookCaller(clients=clients, sealer=SEALER, clock=CLOCK, call_s=call_s)
        notifier = Notifier(engine=engine, caller=caller, clock=CLOCK, slots=slots)
        task = asyncio.create_task(notifier.run())
        yield found
        await notifier.stop()
        found.ends.set()
        await task
    server.close()
    await server.wait_closed()
    await engine.dispose()
