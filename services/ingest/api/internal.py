"""What the other services of the house ask ingest; not part of the documented API."""

from __future__ import annotations

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from services.ingest.api.parts import parts
from shared.text import STORABLE
from shared.web.access import house_only
from shared.web.problems import Problem

routes = APIRouter(prefix="/internal", dependencies=[Depends(house_only)], include_in_schema=False)


class KeyToVerify(BaseModel):
    """A key that somebody showed to another service."""

    key: str


@routes.post("/keys/verify")
async def verify_key(body: KeyToVerify, request: Request) -> dict[str, Any]:
    """Tell whose key this is."""
    principal = await parts(request).keys.principal(body.key)
    if principal is None:
        raise Problem(status=404, detail="nobody's key")
    return {"key_id": principal.key_id, "scopes": sorted(principal.scopes)}


class KeysToName(BaseModel):
    """Keys whose ids stand in a ledger."""

    key_ids: Annotated[list[Annotated[str, Field(max_length=64, pattern=STORABLE)]], Field(max_length=500)]


@routes.post("/keys/labels")
async def key_labels(body: KeysToName, request: Request) -> dict[str, Any]:
    """Tell the labels of keys; never more of a key than that."""
    return {"labels": await parts(request).keys.labels(body.key_ids)}


@routes.get("/accounts/{account}")
async def account(account: str, request: Request) -> dict[str, Any]:
    """Tell how to send through an account; its secrets stay sealed on the way."""
    stored = await parts(request).accounts.get(account)
    if stored is None:
        raise Problem(status=404, detail="no account has this name")
    return {
        "account": stored.account,
        "channel": stored.channel,
        "title": stored.title,
        "settings": stored.settings,
        "sealed_secrets": base64.b64encode(stored.sealed_secrets).decode(),
        "enabled": stored.enabled,
    }
