"""`/v1/rulebooks`: publish a rulebook, put a version in force, go back to the one before."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request

from services.router.api.parts import parts, told
from services.router.api.rulebook_bodies import Activation, RulebookToPublish, Version, as_documented, read_rulebook
from shared.web.access import Principal, require
from shared.web.lists import DEFAULT_LIMIT, Limit, page

routes = APIRouter(tags=["rulebook"])
_lead = require("rulebook:admin")


@routes.post("/v1/rulebooks", status_code=201, openapi_extra=as_documented(RulebookToPublish))
async def publish(request: Request, principal: Principal = Depends(_lead)) -> dict[str, Any]:
    """Keep a rulebook as a version for good and put it in force, unless `activate` is false or a second person must.

    The check must be passed; otherwise 422 names everything that is wrong. Every worker decides by it within 2 seconds.
    """
    held = await read_rulebook(request, RulebookToPublish)
    with told():
        return await parts(request).publisher.publish(
            held.files, why=held.why, by=_name(principal), activate=held.activate
        )


@routes.get("/v1/rulebooks", dependencies=[Depends(_lead)])
async def list_rulebooks(request: Request, limit: Limit = DEFAULT_LIMIT) -> dict[str, Any]:
    """The newest versions that are kept, and which is in force; one that was never published came from the folder."""
    return page(await parts(request).publisher.versions(limit=limit), next_cursor=None)


@routes.get("/v1/rulebooks/{version}", dependencies=[Depends(_lead)])
async def read_version(version: Version, request: Request) -> dict[str, Any]:
    """One version: its files, who published it and why, and what it changed of the one before."""
    publisher = parts(request).publisher
    with told():
        return await publisher.version(version) | {"files": await publisher.files(version)}


@routes.post("/v1/rulebooks/{version}/activate")
async def activate(
    version: Version, body: Activation, request: Request, principal: Principal = Depends(_lead)
) -> dict[str, Any]:
    """Put a version that is kept in force. Complaints that are decided stay as they are decided."""
    with told():
        return await parts(request).publisher.activate(version, why=body.why, by=_name(principal))


@routes.post("/v1/rulebooks/rollback")
async def roll_back(body: Activation, request: Request, principal: Principal = Depends(_lead)) -> dict[str, Any]:
    """Put in force what was before the present version; done twice, it is undone."""
    with told():
        return await parts(request).publisher.roll_back(why=body.why, by=_name(principal))


def _name(principal: Principal) -> str:
    return f"key:{principal.key_id}"
