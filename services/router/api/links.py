"""`/v1/links`: complaints that may be one, to be looked through; accepting and rejecting stand in moves.py."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from services.router.api.parts import parts, told
from services.router.usecases.links import LinkState
from shared.web.access import require
from shared.web.lists import DEFAULT_LIMIT, After, Limit, following, page, place

routes = APIRouter(tags=["complaints"])


@routes.get("/v1/links", dependencies=[Depends(require("complaints:read"))])
async def list_links(
    request: Request,
    state: Annotated[LinkState | None, Query()] = None,
    cursor: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> dict[str, Any]:
    """Links, newest first, each with both references and what speaks for it."""
    after = place(cursor) if cursor else None
    found = await parts(request).linker.listed(state=state, after=after, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return page(found[:limit], next_cursor=following(last["suggested_at"], last["link_id"]) if last else None)


@routes.post("/v1/links/{link_id}/undo", dependencies=[Depends(require("complaints:act"))])
async def undo_link(link_id: UUID, request: Request) -> dict[str, Any]:
    """Take back what was said of a link: it is suggested again, whoever accepted or rejected it."""
    with told():
        return await parts(request).linker.undo(link_id)
