"""A running responder, fed by hand or by Kafka."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from services.responder.app import build
from services.responder.assembly import Assembled
from services.responder.settings import ResponderSettings
from services.responder.store.tables import messaging
from shared.clock import SystemClock
from shared.contracts.routed import ComplaintRouted
from shared.messaging.inbox import admit
from tests.integration.responder.neighbours import API_KEY, Neighbours
from tests.integration.responder.routed_events import RoutedComplaint, record
from tests.support.stalls import Stopwatch

T = TypeVar("T")


@dataclass
class RunningResponder:
    """A responder under test."""

    app: FastAPI
    assembled: Assembled
    http: httpx.AsyncClient
    engine: AsyncEngine
    settings: ResponderSettings
    neighbours: Neighbours

    async def feed(self, *changes: ComplaintRouted, traceparent: str | None = None) -> None:
        """Settle changes of the router as the consumer does: in one transaction, each event once."""
        now = SystemClock().now()
        async with self.engine.begin() as connection:
            fresh = await admit(
                connection, messaging, [record(change, traceparent=traceparent) for change in changes], now=now
            )
            await self.assembled.routed(connection, fresh, now=now)

    async def complaint(self, routed: RoutedComplaint) -> dict[str, Any]:
        """Return what the responder shows of it."""
        answer = await self.http.get(f"/v1/complaints/{routed.reference}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def clock(self, routed: RoutedComplaint, kind: str) -> dict[str, Any]:
        """Return one of its clocks."""
        found = await self.complaint(routed)
        return next(clock for clock in found["clocks"] if clock["kind"] == kind)

    async def timeline(self, routed: RoutedComplaint) -> list[dict[str, Any]]:
        """Return its ledger."""
        answer = await self.http.get(f"/v1/complaints/{routed.reference}/timeline")
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def kinds(self, routed: RoutedComplaint) -> list[str]:
        """Return the kinds of its entries, in order."""
        return [entry["kind"] for entry in await self.timeline(routed)]

    async def post(self, routed: RoutedComplaint, deed: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """Do something to it."""
        return await self.http.post(f"/v1/complaints/{routed.reference}/{deed}", json=body)

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        """Return rows of the database."""
        async with self.engine.connect() as connection:
            return list((await connection.execute(text(sql), values)).all())

    async def acknowledged(self, routed: RoutedComplaint) -> dict[str, Any]:
        """Wait until its acknowledgement is sent and return it."""

        async def probe() -> dict[str, Any] | None:
            found = await self.complaint(routed)
            return found if found["acknowledgement"]["state"] == "sent" else None

        return await until("acknowledged", probe)


@asynccontextmanager
async def running(settings: ResponderSettings, neighbours: Neighbours) -> AsyncIterator[RunningResponder]:
    """Run a responder for the length of the block; requests go into it without a network between."""
    app = build(settings)
    engine = create_async_engine(settings.async_url, poolclass=NullPool)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    key = {"Authorization": f"Bearer {API_KEY}"}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://responder.test", headers=key) as http,
    ):
        yield RunningResponder(
            app=app,
            assembled=app.state.assembled,
            http=http,
            engine=engine,
            settings=settings,
            neighbours=neighbours,
        )
    await engine.dispose()


async def until(what: str, probe: Callable[[], Awaitable[T | None]], *, within_s: float = 60.0) -> T:
    """Ask again until the answer is truthy and return it."""
    with Stopwatch() as watch:
        while not (seen := await probe()):
            assert watch.seconds < within_s, f"not within {within_s} s: {what}"
            await asyncio.sleep(0.05)
    return seen
