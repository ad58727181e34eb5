"""What staff do to a complaint: transfer it, say what it is about, settle its links."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from services.router.api.complaints import Reference
from services.router.api.parts import parts, told
from shared.text import STORABLE
from shared.web.access import Principal, require

routes = APIRouter(tags=["complaints"])
_agent = require("complaints:act")

Code = Annotated[str, Field(min_length=1, max_length=100, pattern=STORABLE)]
Reason = Annotated[str, Field(min_length=3, max_length=500, pattern=STORABLE)]


class Transfer(BaseModel):
    """Where the complaint is to go, and why."""

    model_config = ConfigDict(extra="forbid")

    queue: Code
    reason: Reason


class Correction(BaseModel):
    """What the complaint is about, and how that was seen."""

    model_config = ConfigDict(extra="forbid")

    category: Code
    subcategory: Code | None = None
    reason: Reason


@routes.post("/v1/complaints/{reference}/transfer")
async def transfer(
    reference: Reference, body: Transfer, request: Request, principal: Principal = Depends(_agent)
) -> dict[str, Any]:
    """Give the complaint to another queue. Its clocks go on; every transfer counts, one back and forth is marked."""
    with told():
        await parts(request).mover.transfer(
            reference.upper(), queue=body.queue, reason=body.reason, by=_name(principal)
        )
        return await parts(request).shower.whole(reference.upper())


@routes.post("/v1/complaints/{reference}/category")
async def correct_category(
    reference: Reference, body: Correction, request: Request, principal: Principal = Depends(_agent)
) -> dict[str, Any]:
    """Say what the complaint is about; the rulebook decides again by that. Corrections are kept to learn from."""
    with told():
        await parts(request).mover.correct(
            reference.upper(),
            category=body.category,
            subcategory=body.subcategory,
            reason=body.reason,
            by=_name(principal),
        )
        return await parts(request).shower.whole(reference.upper())


@routes.post("/v1/links/{link_id}/accept")
async def accept_link(link_id: UUID, request: Request, principal: Principal = Depends(_agent)) -> dict[str, Any]:
    """The two complaints are one; answers go on to where each came from."""
    with told():
        return await parts(request).linker.settle(link_id, state="accepted", by=_name(principal))


@routes.post("/v1/links/{link_id}/reject")
async def reject_link(link_id: UUID, request: Request, principal: Principal = Depends(_agent)) -> dict[str, Any]:
    """The two complaints have nothing to do with each other, or not any more."""
    with told():
        return await parts(request).linker.settle(link_id, state="rejected", by=_name(principal))


def _name(principal: Principal) -> str:
    return f"key:{principal.key_id}"
