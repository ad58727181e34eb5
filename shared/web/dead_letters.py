"""`/v1/dead-letters`, in every service: records that could not be handled or published, replayed or discarded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.text import STORABLE
from shared.web.access import require
from shared.web.lists import DEFAULT_LIMIT, After, Limit, following, page, place
from shared.web.problems import Problem

_JSON = "application/json"


class DeadLetterDesk(Protocol):
    """Where dead letters are kept."""

    async def listed(self, *, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[Any]:
        """Return open ones, oldest first, without their bodies."""
        ...

    async def replay(self, event_id: UUID) -> bool:
        """Announce one again and return whether there was one to announce."""
        ...

    async def discard(self, event_id: UUID, *, reason: str) -> bool:
        """Settle one as not to be handled and return whether there was one."""
        ...


class DeadLetterShape(BaseModel):
    """A record that could not be handled."""

    event_id: UUID
    topic: str
    partition: int | None
    offset: int | None
    type: str
    time: datetime
    size_bytes: int
    reason: str
    exception: str | None
    failures: int
    first_failed_at: datetime
    last_failed_at: datetime
    traceparent: str | None


class DeadLettersShape(BaseModel):
    """A page of dead letters."""

    items: list[DeadLetterShape]
    next_cursor: str | None


class SettledShape(BaseModel):
    """What has become of a dead letter."""

    event_id: UUID
    state: str


class Discarding(BaseModel):
    """Why a dead letter needs no handling."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=3, max_length=500, pattern=STORABLE)


def dead_letter_routes(desk_of: Callable[[Request], DeadLetterDesk]) -> APIRouter:
    """Return the routes; `desk_of` finds the desk of the service that serves a request."""
    routes = APIRouter(tags=["dead letters"], dependencies=[Depends(require("deliveries:admin"))])

    @routes.get("/v1/dead-letters", response_model=DeadLettersShape)
    async def list_dead_letters(request: Request, cursor: After = None, limit: Limit = DEFAULT_LIMIT) -> Response:
        """The open dead letters, oldest first, each with its reason and without its body."""
        found = await desk_of(request).listed(after=place(cursor) if cursor else None, limit=limit + 1)
        last = found[limit - 1] if len(found) > limit else None
        more = following(last.first_failed_at, last.event_id) if last else None
        return Response(msgspec.json.encode(page(found[:limit], next_cursor=more)), media_type=_JSON)

    @routes.post("/v1/dead-letters/{event_id}/replay", status_code=202)
    async def replay_dead_letter(event_id: UUID, request: Request) -> SettledShape:
        """Announce the record again; should it fail again, it is a dead letter again."""
        if not await desk_of(request).replay(event_id):
            raise _gone()
        return SettledShape(event_id=event_id, state="replayed")

    @routes.post("/v1/dead-letters/{event_id}/discard")
    async def discard_dead_letter(event_id: UUID, body: Discarding, request: Request) -> SettledShape:
        """End it for a reason, which stays on record."""
        if not await desk_of(request).discard(event_id, reason=body.reason):
            raise _gone()
        return SettledShape(event_id=event_id, state="discarded")

    return routes


def _gone() -> Problem:
    return Problem(status=404, detail="no open dead letter has this id, or it cannot be read and so not be replayed")
