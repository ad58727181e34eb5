"""A vendor on loopback: a real HTTP server that answers as it is told and remembers what it was sent."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

_TRUST = ssl.create_default_context()
"""Read once: reading the authorities anew for each client took most of the suite's time."""


def http_client(*, timeout: float = 5.0) -> httpx.AsyncClient:
    """Return a client like that of `Means`."""
    return httpx.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=False, verify=_TRUST)


Said = tuple[int, dict[str, str], bytes]
"""A status, headers and a body."""


@dataclass
class Call:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Vendor:
    """The server's address, what it answers next, and what it was sent.

    `tokens_at` is the end of a path where access tokens are given out, to anybody; who asked there is in `granted`.
    `answers` may answer by the call instead: a status, headers and a body.
    """

    url: str = ""
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    hang: threading.Event | None = None
    tokens_at: str = ""
    granted: list[Call] = field(default_factory=list)
    answers: Callable[[Call], Said] | None = None

    def answer_to(self, asked: Call) -> Said | None:
        """Return what a request is answered; nothing, after a long time, where the vendor hangs."""
        if self.tokens_at and asked.path.partition("?")[0].endswith(self.tokens_at):
            self.granted.append(asked)
            token = b'"token-of-an-hour"'
            return 200, {}, b'{"access_token": %b, "accessJwt": %b, "expires_in": 3600}' % (token, token)
        self.calls.append(asked)
        if self.hang is not None:
            self.hang.wait(10)
            return None
        return self.answers(asked) if self.answers else (self.status, self.headers, self.body)

    calls: list[Call] = field(default_factory=list)


def _handler(vendor: Vendor) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {k.lower(): v for k, v in self.headers.items()}
            said = vendor.answer_to(Call(method=self.command, path=self.path, headers=headers, body=body))
            if said is not None:
                self._send(*said)

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {"content-length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_OPTIONS = _answer  # noqa: N815 - the names that http.server calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:  # the client gave up, which is what some tests are about
                self.close_connection = True

    return Handler


@contextmanager
def vendor_on_loopback() -> Iterator[Vendor]:
    """Run the server while the block lasts."""
    vendor = Vendor()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(vendor))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    vendor.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield vendor
    finally:
        if vendor.hang is not None:
            vendor.hang.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
