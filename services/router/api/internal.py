"""What the other services of the house ask the router; not part of the documented API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from services.router.api.parts import parts, told
from shared.web.access import house_only

routes = APIRouter(prefix="/internal", dependencies=[Depends(house_only)], include_in_schema=False)


@routes.get("/messages/{message_id}")
async def filed_in(message_id: UUID, request: Request) -> dict[str, Any]:
    """Tell which complaint a message was filed in: its own, or the one that it joined."""
    with told():
        return {"reference": await parts(request).shower.filed_in(message_id)}


@routes.get("/rulebook")
async def rulebook_in_force(request: Request, known: str | None = None) -> dict[str, Any]:
    """Tell the version in force, and its files unless it is the one that is known."""
    publisher = parts(request).publisher
    version = await publisher.present()
    return {"version": version, "files": None if version == known else await publisher.files(version)}
