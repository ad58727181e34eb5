"""`/v1/dead-letters`: records from Kafka that could not be handled here, for a person to replay or discard."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from services.responder.api.answers import json_answer
from services.responder.api.inputs import Body, Said, instant_of
from services.responder.api.parts import parts
from services.responder.api.shapes import DeadLettersShape
from shared.web.access import require
from shared.web.lists import DEFAULT_LIMIT, After, Cursor, Limit, page
from shared.web.problems import Problem

routes = APIRouter(tags=["dead letters"])
_admin = Depends(require("deliveries:admin"))


class Discard(Body):
    """Why it is not to be handled."""

    reason: Annotated[Said, Field(min_length=1, max_length=1_000)]


@routes.get("/v1/dead-letters", response_model=DeadLettersShape, dependencies=[Depends(require("ops:read"))])
async def dead_letters(request: Request, limit: Limit = DEFAULT_LIMIT, cursor: After = None) -> Response:
    """Open dead letters, oldest first; without their bodies."""
    after = _place(cursor) if cursor else None
    letters = await parts(request).dead_letters.read(after=after, limit=limit + 1)
    shown, more = letters[:limit], None
    if len(letters) > limit:
        more = Cursor.encode({"at": shown[-1].first_failed_at, "id": shown[-1].event_id})
    return json_answer(page(shown, next_cursor=more))


@routes.post("/v1/dead-letters/{event_id}/replay", status_code=202, response_model=None, dependencies=[_admin])
async def replay(event_id: UUID, request: Request) -> Response:
    """Announce it again on its topic."""
    at = parts(request)
    if not await at.dead_letters.replay(event_id, now=at.clock.now()):
        raise _gone()
    return json_answer({"event_id": event_id, "state": "replayed"}, status=202)


@routes.post("/v1/dead-letters/{event_id}/discard", response_model=None, dependencies=[_admin])
async def discard(event_id: UUID, body: Discard, request: Request) -> Response:
    """Settle it as not to be handled; it is kept."""
    at = parts(request)
    if not await at.dead_letters.discard(event_id, reason=body.reason, now=at.clock.now()):
        raise _gone()
    return json_answer({"event_id": event_id, "state": "discarded"})


def _gone() -> Problem:
    return Problem(status=404, detail="no open dead letter has this id, or it cannot be read and so not be replayed")


def _place(cursor: str) -> tuple[datetime, UUID]:
    held = Cursor.decode(cursor)
    try:
        return instant_of(held["at"]), UUID(held["id"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Problem(status=422, detail="the cursor is not one that this list gave") from None
