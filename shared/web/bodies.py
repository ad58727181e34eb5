"""Request bodies under a cap of bytes and of time, whoever reads them."""

from __future__ import annotations

import asyncio

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.begun import Begun
from shared.web.problems import Problem

RECEIPT_S = 120.0
_PATIENCE_S = 6.0
_SLOWEST_BYTES_PER_S = 20_000
_UNREAD_S = 8.0
_UNREAD_BYTES = 1024 * 1024
_CAP = "ascolto.body_cap"


async def read_body(request: Request, *, limit: int) -> bytes:
    """Return the whole body; 413 beyond `limit` bytes before it is buffered, 408 when it trickles."""
    announced = next((value for name, value in request.scope["headers"] if name == b"content-length"), b"0")
    if announced.isdigit() and int(announced) > limit:
        raise _too_large(limit)
    if _CAP in request.scope:
        request.scope[_CAP].lifted = True
    body, first = _Body(limit), Begun(request.receive())
    try:
        if first.ended and body.take(await first):
            return body.whole()  # it came with its head, as most do
        async with asyncio.timeout(_PATIENCE_S) as deadline:
            return await _rest(body, first, request, deadline)
    except TimeoutError:
        raise _too_slow() from None
    except ClientDisconnect:
        raise Problem(status=400, detail="the connection ended inside the body") from None


async def _rest(body: _Body, first: Begun[Message], request: Request, deadline: asyncio.Timeout) -> bytes:
    began = asyncio.get_running_loop().time()
    ended = not first.ended and body.take(await first)
    while not ended:
        # Time is earned by sending: a slow line gets through with a large file, one byte a second does not.
        deadline.reschedule(began + min(RECEIPT_S, _PATIENCE_S + body.size / _SLOWEST_BYTES_PER_S))
        ended = body.take(await request.receive())
    return body.whole()


class _Body:
    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self.size = 0

    def take(self, message: Message) -> bool:
        """Take what has come; True once that was all."""
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part = message.get("body", b"")
        self.size += len(part)
        if self.size > self._limit:
            raise _too_large(self._limit)
        self._parts.append(part)
        return not message.get("more_body", False)

    def whole(self) -> bytes:
        """Return what has come."""
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)


class CapBodies:
    """Caps the bodies that the framework reads by itself, which it does before it asks who calls."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its body under a cap until `read_body` lifts it to set its own."""
        if scope["type"] == "http":
            scope[_CAP] = receive = _Capped(receive)
        await self._app(scope, receive, send)


class _Capped:
    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._size = 0
        self._until: float | None = None
        self._whole = False
        self.lifted = False

    async def __call__(self) -> Message:
        if self.lifted or self._whole:
            return await self._receive()
        if self._until is None:
            self._until = asyncio.get_running_loop().time() + _UNREAD_S
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise _too_slow() from None
        self._size += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._size > _UNREAD_BYTES:
            raise _too_large(_UNREAD_BYTES)
        return message


def _too_slow() -> Problem:
    return Problem(status=408, detail="the body came too slowly; send it again", headers={"Connection": "close"})


def _too_large(limit: int) -> Problem:
    return Problem(status=413, detail=f"at most {limit} bytes are taken here", headers={"Connection": "close"})
