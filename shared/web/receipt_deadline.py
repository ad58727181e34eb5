"""uvicorn's HTTP protocol with a deadline and a size for the head of a request.

uvicorn waits for ever for a first request (4,000 half-open connections were seen to stay), and gathers a head of any
size. What is no HTTP is refused as everything else is, with a problem+json. Used as
`uvicorn --http shared.web.receipt_deadline:ReceiptDeadline`; bodies have their own deadline in shared/web/bodies.py.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.web.problems import PROBLEM_TYPE, Problem, as_body

HEAD_S = 8.0
_GRACE_S = 0.25
HEAD_BYTES = 64 * 1024
_NOT_HTTP = Problem(status=400, detail="this is not an HTTP request")
_TOO_LARGE = Problem(status=431, detail=f"the head of a request may have {HEAD_BYTES} bytes")


class ReceiptDeadline(HttpToolsProtocol):
    """Closes connections whose next request does not have its head complete within eight seconds and 64 KiB."""

    _deadline: asyncio.TimerHandle | None = None
    _in_head = False
    _head_bytes = 0
    _header_bytes = 0

    def connection_made(self, transport: Any) -> None:
        """Start the deadline of the first request."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Read on, unless a head without end is being sent."""
        super().data_received(data)
        if self._in_head:  # most heads come whole, and never need a timer
            self._expect_head()
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._refuse(_TOO_LARGE)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, as long as all of them together are not too large."""
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > HEAD_BYTES:
            raise ValueError("the parser makes a bad request of this")
        super().on_header(name, value)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        del msg  # it says no more than ours
        self._refuse(_TOO_LARGE if self._header_bytes > HEAD_BYTES else _NOT_HTTP)

    def on_message_begin(self) -> None:
        """Start it for a later request on the same connection."""
        self._head_bytes = self._header_bytes = 0
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """End it: the head is there."""
        self._in_head = False
        self._forget()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """End it: nobody is there."""
        self._forget()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_S, self._warn)

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, problem: Problem) -> None:
        if self.transport.is_closing():
            return
        body = msgspec.json.encode(as_body(problem) | {"instance": ""})
        head = (
            f"HTTP/1.1 {problem.status} {problem.title}\r\ncontent-type: {PROBLEM_TYPE}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()

    def _warn(self) -> None:
        # After a pause of the whole process timers run before sockets are read: what has arrived counts first.
        self._deadline = self.loop.call_later(_GRACE_S, self._close)

    def _close(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.close()
