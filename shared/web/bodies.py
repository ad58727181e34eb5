"""Request bodies under a cap of bytes and of time."""

from __future__ import annotations

import asyncio

from fastapi import Request
from starlette.requests import ClientDisconnect

from shared.web.problems import Problem

RECEIPT_S = 30.0
_SLOWEST_BYTES_PER_S = 20_000


async def read_body(request: Request, *, limit: int) -> bytes:
    """Return the whole body; 413 beyond `limit` bytes before it is buffered, 408 when it trickles."""
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > limit:
        raise _too_large(limit)
    try:
        async with asyncio.timeout(min(RECEIPT_S, 5 + limit / _SLOWEST_BYTES_PER_S)):
            return await _collect(request, limit)
    except TimeoutError:
        raise Problem(
            status=408, detail="the body came too slowly; send it again", headers={"Connection": "close"}
        ) from None
    except ClientDisconnect:
        raise Problem(status=400, detail="the connection ended inside the body") from None


async def _collect(request: Request, limit: int) -> bytes:
    parts, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        parts.append(chunk)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large(limit: int) -> Problem:
    return Problem(status=413, detail=f"at most {limit} bytes are taken here", headers={"Connection": "close"})
