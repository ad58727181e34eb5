"""`/v1/deadletters`: records that could not be settled, until a person does something about them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from services.router.api.parts import parts, told
from services.router.api.places import following, place
from shared.text import STORABLE
from shared.web.access import require
from shared.web.lists import DEFAULT_LIMIT, After, Limit, page

routes = APIRouter(tags=["dead letters"], dependencies=[Depends(require("deliveries:admin"))])


class Discarding(BaseModel):
    """Why a dead letter needs no handling."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=3, max_length=500, pattern=STORABLE)


@routes.get("/v1/deadletters")
async def list_dead_letters(request: Request, cursor: After = None, limit: Limit = DEFAULT_LIMIT) -> dict[str, Any]:
    """The open dead letters, oldest first, each with its reason and without its body."""
    after = place(cursor) if cursor else None
    found = await parts(request).dead_letters.listed(after=after, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return page(found[:limit], next_cursor=following(last["first_failed_at"], last["event_id"]) if last else None)


@routes.post("/v1/deadletters/{event_id}/replay")
async def replay(event_id: UUID, request: Request) -> dict[str, Any]:
    """Settle the record again; should it fail again, it is a dead letter again."""
    with told():
        await parts(request).dead_letters.replay(event_id)
    return {"event_id": event_id, "state": "replayed"}


@routes.post("/v1/deadletters/{event_id}/discard")
async def discard(event_id: UUID, body: Discarding, request: Request) -> dict[str, Any]:
    """End it for a reason, which stays on record."""
    with told():
        await parts(request).dead_letters.discard(event_id, reason=body.reason)
    return {"event_id": event_id, "state": "discarded"}
