"""Ingest, the router and the vendors as the responder meets them: one real HTTP server, and a real mail relay."""

from __future__ import annotations

import asyncio
import base64
import email
import email.policy
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import uvicorn
from aiosmtpd.controller import Controller
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.sealing import Sealer

API_KEY = "ascolto_test_secret"
SCOPES = ["complaints:read", "complaints:act", "ops:read", "deliveries:admin", "webhooks:admin"]


@dataclass
class Neighbours:
    """What they were asked, and what they answer."""

    sealer: Sealer
    url: str = ""
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    router_is_away: bool = False
    rulebook: dict[str, Any] | None = None
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    vendor: Callable[[int], int] = lambda _calls: 200
    vendor_takes_s: float = 0.0

    def connect(self, account: str, channel: str, settings: dict[str, Any], secrets: dict[str, str]) -> None:
        """Make ingest know an account."""
        sealed = self.sealer.seal({name: (value,) for name, value in secrets.items()}, context=account)
        self.accounts[account] = {
            "account": account,
            "channel": channel,
            "title": "ACME",
            "settings": settings,
            "sealed_secrets": base64.b64encode(sealed).decode(),
            "enabled": True,
        }

    def connect_whatsapp(self, account: str = "wa") -> None:
        """Make ingest know a WhatsApp number whose vendor is here."""
        secrets = {"app_secret": "s", "verify_token": "v", "access_token": "t"}
        self.connect(account, "whatsapp", {"phone_number_id": "1", "api_base_url": f"{self.url}/vendor"}, secrets)

    def app(self) -> Starlette:
        """Return the server."""
        return Starlette(
            routes=[
                Route("/internal/accounts/{account}", self._account),
                Route("/internal/keys/verify", self._key, methods=["POST"]),
                Route("/internal/rulebook", self._rulebook),
                Route("/v1/complaints/{reference}", self._complaint),
                Route("/vendor/{path:path}", self._vendor, methods=["POST"]),
            ]
        )

    async def _account(self, request: Request) -> Response:
        found = self.accounts.get(request.path_params["account"])
        return JSONResponse(found or {}, 200 if found else 404)

    async def _key(self, request: Request) -> Response:
        known = (await request.json())["key"] == API_KEY
        return JSONResponse({"key_id": "k1", "scopes": SCOPES}, 200 if known else 404)

    async def _rulebook(self, request: Request) -> Response:
        if self.rulebook is None:
            return Response(status_code=404)
        known = request.query_params.get("known") == self.rulebook["version"]
        return JSONResponse(self.rulebook | ({"files": None} if known else {}))

    async def _complaint(self, request: Request) -> Response:
        if self.router_is_away:
            return Response(status_code=503)
        return JSONResponse({"messages": self.said.get(request.path_params["reference"], [])})

    async def _vendor(self, request: Request) -> Response:
        body = await request.body()
        self.sent.append((request.path_params["path"], json.loads(body)))
        await asyncio.sleep(self.vendor_takes_s)
        status = self.vendor(len(self.sent))
        return JSONResponse({"messages": [{"id": f"wamid.{len(self.sent)}"}]}, status)

    def texts_to(self, number: str) -> list[str]:
        """Return what WhatsApp was asked to send to a number."""
        return [body["text"]["body"] for _, body in self.sent if body.get("to") == number]


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """Serve an ASGI application on a free port of loopback and give its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="auto", timeout_graceful_shutdown=1))
    server.config.load()
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


class MailSink:
    """A relay that takes every mail and keeps it."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.takes_s = 0.0
        self._controller = Controller(self, hostname="127.0.0.1", port=_free_port())

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep one mail."""
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        await asyncio.sleep(self.takes_s)
        return "250 kept"

    def __enter__(self) -> MailSink:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"smtp://127.0.0.1:{self._controller.port}"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
