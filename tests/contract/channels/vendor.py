"""A vendor on loopback: a real HTTP server that answers as it is told and remembers what it was sent."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

_TRUST = ssl.create_default_context()
"""Read once: reading the authorities anew for each client took most of the suite's time."""


def http_client(*, timeout: float = 5.0) -> httpx.AsyncClient:
    """Return a client like that of `Means`."""
    return httpx.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=False, verify=_TRUST)


@dataclass
class Call:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Vendor:
    """The server's address, what it answers next, and what it was sent."""

    url: str = ""
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    hang: threading.Event | None = None
    calls: list[Call] = field(default_factory=list)


@contextmanager
def vendor_on_loopback() -> Iterator[Vendor]:
    """Run the server while the block lasts."""
    vendor = Vendor()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {k.lower(): v for k, v in self.headers.items()}
            vendor.calls.append(Call(method=self.command, path=self.path, headers=headers, body=body))
            if vendor.hang is not None:
                vendor.hang.wait(10)
                return
            self.send_response(vendor.status)
            for name, value in {"content-length": str(len(vendor.body)), **vendor.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(vendor.body)

        do_GET = do_POST = do_OPTIONS = _answer  # noqa: N815 - the names that http.server calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:  # the client gave up, which is what some tests are about
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
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
