"""Endpoints of other systems: one real HTTP server that verifies, keeps and answers as it is told."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shared.clock import SystemClock
from shared.contracts.webhooks import AnyWebhook, kind_of
from shared.vendor.standard_webhooks import verify
from tests.integration.responder.neighbours import serving

SECRET = "whsec_" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"


@dataclass
class Heard:
    """One call as it came."""

    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        """Its `webhook-id`."""
        return self.headers["webhook-id"]

    @property
    def type(self) -> str:
        """Its event type."""
        return self.decoded.type

    @property
    def fields(self) -> dict[str, Any]:
        """Its body, which is as the contract says."""
        assert self.decoded
        found: dict[str, Any] = msgspec.json.decode(self.body)
        return found

    @property
    def decoded(self) -> AnyWebhook:
        """Its body, read strictly by the contract."""
        return msgspec.json.decode(self.body, type=kind_of(msgspec.json.decode(self.body)["type"]))

    @property
    def data(self) -> dict[str, Any]:
        """What it tells."""
        found: dict[str, Any] = self.fields["data"]
        return found

    def verify(self, *secrets: str) -> None:
        """Raise unless it is signed with one of the secrets."""
        verify(
            secrets or (SECRET,),
            webhook_id=self.headers["webhook-id"],
            timestamp=self.headers["webhook-timestamp"],
            signatures=self.headers["webhook-signature"],
            body=self.body,
            now=SystemClock().now(),
        )


Answers = Callable[[Heard], Response]


@dataclass
class Endpoints:
    """Every path is an endpoint of its own."""

    url: str = ""
    heard: dict[str, list[Heard]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[str, Answers] = field(default_factory=dict)
    hangs: set[str] = field(default_factory=set)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> Starlette:
        """Return the server."""
        return Starlette(routes=[Route("/{name}", self._hear, methods=["POST"])])

    def types(self, name: str) -> list[str]:
        """Return what an endpoint was told, in order, doubles included."""
        return [heard.type for heard in self.heard[name]]

    async def _hear(self, request: Request) -> Response:
        name = request.path_params["name"]
        heard = Heard(dict(request.headers), await request.body(), asyncio.get_running_loop().time())
        self.heard[name].append(heard)
        if name in self.hangs:
            await self.released.wait()
        answer = self.answers.get(name)
        return answer(heard) if answer else Response(status_code=204)


@asynccontextmanager
async def endpoints() -> AsyncIterator[Endpoints]:
    """Serve endpoints on loopback."""
    found = Endpoints()
    async with serving(found.app()) as url:
        found.url = url
        yield found
        found.released.set()
