"""The world outside for journeys: a vendor's API and a mail relay on loopback that remember what they are sent."""

from __future__ import annotations

import email
import email.policy
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from aiosmtpd.controller import Controller

from deploy.local import ports


class Call(NamedTuple):
    """One call that the vendor was sent."""

    path: str
    media_type: str
    body: bytes
    answered: dict[str, Any]
    """What it was answered: the vendor's own ids of the message."""

    @property
    def fields(self) -> dict[str, Any]:
        """The body as JSON or as a form."""
        if "json" in self.media_type:
            read: dict[str, Any] = json.loads(self.body)
            return read
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass
class Outside:
    """What was sent out of the house."""

    vendor_url: str = ""
    relay_url: str = ""
    calls: list[Call] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    """What the vendor keeps, by the id that it tells us."""
    relay_refuses: bool = False
    """Whether the relay takes no mail for now, as one whose disk is full."""

    def mails_to(self, address: str) -> list[EmailMessage]:
        """Return what one mailbox holds, oldest first."""
        return [mail for mail in self.mails if address in str(mail["To"])]

    def calls_to(self, part: str) -> list[Call]:
        """Return the calls whose path holds `part`."""
        return [call for call in self.calls if part in call.path]


@contextmanager
def outside_world() -> Iterator[Outside]:
    """A vendor and a relay until the block ends."""
    world = Outside()
    server = ThreadingHTTPServer((ports.LOOPBACK, 0), _vendor(world))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    world.vendor_url = f"http://{ports.LOOPBACK}:{server.server_port}"
    relay = Controller(_Relay(world), hostname=ports.LOOPBACK, port=ports.any_free())
    relay.start()
    world.relay_url = f"smtp://{ports.LOOPBACK}:{relay.port}"
    try:
        yield world
    finally:
        relay.stop()
        server.shutdown()
        server.server_close()
        thread.join()


def _vendor(world: Outside) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            given = {"messages": [{"id": f"wamid.{secrets.token_hex(6)}"}], "id": secrets.token_hex(6)}
            given |= {"sid": f"SM{secrets.token_hex(16)}", "status": "queued"}
            world.calls.append(Call(self.path, self.headers.get("content-type", ""), body, given))
            self._answer(json.dumps(given).encode())

        def do_GET(self) -> None:
            kept = self.path.partition("?")[0].rpartition("/")[2]
            if kept not in world.files:
                self.send_error(404)
            elif "/files/" in self.path:
                self._answer(world.files[kept], media_type="application/octet-stream")
            else:
                self._answer(json.dumps({"id": kept, "url": f"{world.vendor_url}/files/{kept}"}).encode())

        def _answer(self, body: bytes, *, media_type: str = "application/json") -> None:
            self.send_response(200)
            self.send_header("content-type", media_type)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


class _Relay:
    def __init__(self, world: Outside) -> None:
        self._world = world

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self._world.relay_refuses:
            return "451 4.3.1 Come again"
        self._world.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 kept"
