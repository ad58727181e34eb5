"""uvicorn's HTTP protocol with a deadline for the head of a request: who opens a connection has to say something.

uvicorn waits for ever for a first request (4,000 half-open connections were seen to stay). Used as
`uvicorn --http shared.web.receipt_deadline:ReceiptDeadline`; bodies have their own deadline in shared/web/bodies.py.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_S = 8.0


class ReceiptDeadline(HttpToolsProtocol):
    """Closes connections whose next request does not have its head complete within eight seconds."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Start the deadline of the first request."""
        super().connection_made(transport)
        self._expect_head()

    def on_message_begin(self) -> None:
        """Start it for a later request on the same connection."""
        self._expect_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """End it: the head is there."""
        self._forget()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """End it: nobody is there."""
        self._forget()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_S, self._close)

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _close(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.close()
