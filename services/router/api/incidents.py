"""`/v1/incidents`: many customers with the same thing, offered to be settled by a person."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from services.router.api.parts import parts, told
from services.router.usecases.incidents import State
from shared.web.access import Principal, require
from shared.web.lists import DEFAULT_LIMIT, After, Limit, following, page, place

routes = APIRouter(tags=["incidents"])
_agent = require("complaints:act")
_reader = Depends(require("complaints:read"))


@routes.get("/v1/incidents", dependencies=[_reader])
async def list_incidents(
    request: Request,
    state: Annotated[State | None, Query()] = None,
    ended: Annotated[bool | None, Query(description="whether it is over; both when left out")] = None,
    cursor: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> dict[str, Any]:
    """Incidents, newest first: what their complaints have in common, how many they are, and some of them."""
    after = place(cursor) if cursor else None
    found = await parts(request).incidents.listed(state=state, ended=ended, after=after, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return page(found[:limit], next_cursor=following(last["noticed_at"], last["incident_id"]) if last else None)


@routes.get("/v1/incidents/{incident_id}", dependencies=[_reader])
async def get_incident(incident_id: UUID, request: Request) -> dict[str, Any]:
    """One incident."""
    with told():
        return await parts(request).incidents.one(incident_id)


@routes.get("/v1/incidents/{incident_id}/complaints", dependencies=[_reader])
async def list_complaints_of_incident(
    incident_id: UUID, request: Request, cursor: After = None, limit: Limit = DEFAULT_LIMIT
) -> dict[str, Any]:
    """The complaints of an incident, newest first."""
    after = place(cursor) if cursor else None
    with told():
        found = await parts(request).incidents.complaints(incident_id, after=after, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return page(found[:limit], next_cursor=following(last["received_at"], last["complaint_id"]) if last else None)


@routes.post("/v1/incidents/{incident_id}/accept")
async def accept_incident(
    incident_id: UUID, request: Request, principal: Principal = Depends(_agent)
) -> dict[str, Any]:  # fmt: skip
    """The complaints have one cause; each of them keeps its own answer, queue and clocks."""
    with told():
        return await parts(request).incidents.settle(incident_id, state="accepted", by=f"key:{principal.key_id}")


@routes.post("/v1/incidents/{incident_id}/reject")
async def reject_incident(
    incident_id: UUID, request: Request, principal: Principal = Depends(_agent)
) -> dict[str, Any]:  # fmt: skip
    """The complaints have nothing to do with each other, or not any more; no more of them are linked."""
    with told():
        return await parts(request).incidents.settle(incident_id, state="rejected", by=f"key:{principal.key_id}")
