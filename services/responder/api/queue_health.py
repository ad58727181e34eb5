"""`/v1/queue-health`: how the queues stand, once or as a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from services.responder.api.answers import json_answer
from services.responder.api.parts import parts
from services.responder.api.shapes import QueueHealthShape
from services.responder.usecases.live_health import LiveHealth, TooManyReaders
from shared.web.access import require

routes = APIRouter(tags=["queue health"], dependencies=[Depends(require("ops:read"))])

_BEAT_S: Final = 15.0


@routes.get("/v1/queue-health", response_model=QueueHealthShape)
async def queue_health(request: Request) -> Response:
    """The figures of every queue, as of now."""
    return json_answer(await parts(request).health.now())


@routes.get(
    "/v1/queue-health/stream",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}, 503: {"description": "Too many streams are open."}},
)
async def stream(request: Request) -> StreamingResponse:
    """The same as server-sent events: at once, then each second in which something changed."""
    health = parts(request).health
    if health.full:
        raise TooManyReaders
    # No proxy on the way may gather events before it passes them on.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(health), media_type="text/event-stream", headers=headers)


async def _events(health: LiveHealth) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n\n"
    async for figures in health.follow(beat_s=_BEAT_S):
        if figures is None:
            yield b": beat\n\n"
        else:
            yield b"event: queue_health\ndata: " + msgspec.json.encode(figures) + b"\n\n"
