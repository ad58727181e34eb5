"""`/v1/keys`: API keys and their scopes."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from services.ingest.api.parts import parts
from shared.text import STORABLE
from shared.web.access import Principal, Scope, require
from shared.web.problems import Problem

routes = APIRouter(tags=["keys"])
_admin = require("accounts:admin")


class KeyToMake(BaseModel):
    """A key as an administrator asks for it."""

    model_config = ConfigDict(extra="forbid")

    label: str = Field(min_length=1, max_length=200, pattern=STORABLE, description="whose it is, for the list")
    scopes: list[Scope] = Field(min_length=1)


@routes.post("/v1/keys", status_code=201)
async def make_key(body: KeyToMake, request: Request, principal: Principal = Depends(_admin)) -> dict[str, Any]:
    """Make a key; its secret is shown in this answer and never again. Nobody can give more than they have."""
    beyond = sorted(set(body.scopes) - principal.scopes)
    if beyond:
        raise Problem(
            status=403, detail="your key lacks scopes that this one would have", errors=[("/scopes", ", ".join(beyond))]
        )
    key_id, key = await parts(request).keys.make(label=body.label, scopes=sorted(set(body.scopes)))
    return {"key_id": key_id, "key": key, "label": body.label, "scopes": sorted(set(body.scopes))}


@routes.get("/v1/keys", dependencies=[Depends(_admin)])
async def list_keys(request: Request) -> dict[str, Any]:
    """All keys, without their secrets."""
    found = await parts(request).keys.everything()
    fields = ("key_id", "label", "scopes", "created_at", "revoked_at")
    return {"items": [{f: getattr(key, f) for f in fields} for key in found], "next_cursor": None}


@routes.delete("/v1/keys/{key_id}", status_code=204, dependencies=[Depends(_admin)])
async def revoke_key(key_id: Annotated[str, Path(max_length=64, pattern=STORABLE)], request: Request) -> None:
    """Make a key worthless, everywhere within ten seconds."""
    if not await parts(request).keys.revoke(key_id):
        raise Problem(status=404, detail="no key that is valid has this id")
