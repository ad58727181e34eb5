"""`/v1/parties`: who complains, and that two of them are one."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from services.router.api.moves import Reason
from services.router.api.parts import parts, told
from shared.web.access import Principal, require

routes = APIRouter(tags=["parties"])
_agent = require("complaints:act")


class Merge(BaseModel):
    """The party that this one is, how that was seen, and whether what is merely claimed is enough."""

    model_config = ConfigDict(extra="forbid")

    into: UUID
    reason: Reason
    despite_claims: Annotated[bool, Field(description="merge although no channel vouches for a point of both")] = False


@routes.get("/v1/parties/{party_id}", dependencies=[Depends(require("complaints:read"))])
async def get_party(party_id: UUID, request: Request) -> dict[str, Any]:
    """A party with the parties that were merged into it, and their newest complaints."""
    with told():
        return await parts(request).parties.one(party_id)


@routes.post("/v1/parties/{party_id}/merge")
async def merge_party(
    party_id: UUID, body: Merge, request: Request, principal: Principal = Depends(_agent)
) -> dict[str, Any]:
    """Say that this party is the other one. Answers go on to where each complaint came from."""
    with told():
        return await parts(request).parties.merge(
            party_id, into=body.into, reason=body.reason, despite_claims=body.despite_claims,
            by=f"key:{principal.key_id}",
        )  # fmt: skip


@routes.post("/v1/parties/{party_id}/unmerge")
async def unmerge_party(party_id: UUID, request: Request, principal: Principal = Depends(_agent)) -> dict[str, Any]:
    """Let a party that was merged stand for itself again."""
    with told():
        return await parts(request).parties.unmerge(party_id, by=f"key:{principal.key_id}")
