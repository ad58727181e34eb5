"""`/v1/channels` and `/v1/accounts`: what can be connected, and what is."""

from __future__ import annotations

import pathlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.ingest.api.parts import Parts, parts
from services.ingest.store.accounts import StoredAccount
from services.ingest.usecases.connect_account import AccountRefused, valid_name
from shared import channels
from shared.channel.port import Channel
from shared.text import STORABLE
from shared.web.access import require
from shared.web.documented import inlined
from shared.web.problems import Problem

routes = APIRouter(tags=["accounts"])
_admin = Depends(require("accounts:admin"))
Named = Annotated[str, Path(pattern=STORABLE)]
_GUIDES = pathlib.Path(channels.__path__[0])


class AccountToConnect(BaseModel):
    """An account as an administrator writes it. A secret may be two values, newest first, while it is rotated."""

    model_config = ConfigDict(extra="forbid")

    channel: str = Field(max_length=64, examples=["whatsapp"])
    title: str = Field(min_length=1, max_length=200, pattern=STORABLE)
    settings: dict[str, Any] = {}
    secrets: dict[str, Annotated[str, Field(max_length=10_000)] | list[str]] = {}
    enabled: bool = True


@routes.get("/v1/channels")
async def list_channels(request: Request) -> dict[str, Any]:
    """The catalogue: what each channel can do, and what it needs."""
    found = parts(request).channels
    return {"items": [_described(found[name]) for name in sorted(found)], "next_cursor": None}


@routes.put("/v1/accounts/{account}", dependencies=[_admin], responses={201: {"description": "Connected anew."}})
async def connect_account(account: str, body: AccountToConnect, request: Request, response: Response) -> dict[str, Any]:
    """Connect an account, or change it. Secrets go in and never come out."""
    at = parts(request)
    if not valid_name(account):
        raise Problem(
            status=422,
            detail="the account's name stands in addresses",
            errors=[("path:account", "1 to 63 of a-z, 0-9, dot, dash and underscore, a letter or digit first")],
        )
    channel = at.channels.get(body.channel)
    if channel is None:
        known = ", ".join(sorted(at.channels))
        raise Problem(status=422, detail="there is no such channel", errors=[("/channel", f"one of {known}")])
    try:
        stored, created = await at.accounts.connect(
            account=account, channel=channel, **body.model_dump(exclude={"channel"})
        )
    except AccountRefused as error:
        raise Problem(status=422, detail="the account is not complete", errors=error.errors) from None
    response.status_code = 201 if created else 200
    return _told(at, stored)


@routes.get("/v1/accounts", dependencies=[_admin])
async def list_accounts(request: Request) -> dict[str, Any]:
    """All accounts."""
    at = parts(request)
    return {"items": [_told(at, stored) for stored in await at.accounts.everything()], "next_cursor": None}


@routes.get("/v1/accounts/{account}", dependencies=[_admin])
async def get_account(account: Named, request: Request) -> dict[str, Any]:
    """One account."""
    at = parts(request)
    stored = await at.accounts.get(account)
    if stored is None:
        raise _unknown()
    return _told(at, stored)


@routes.delete("/v1/accounts/{account}", dependencies=[_admin], status_code=204)
async def remove_account(account: Named, request: Request) -> None:
    """Forget the account and its secrets; its complaints stay."""
    if not await parts(request).accounts.remove(account):
        raise _unknown()


@routes.post("/v1/accounts/{account}/check", dependencies=[_admin])
async def check_account(account: Named, request: Request) -> dict[str, Any]:
    """Make one call to the vendor and say in words whether the connection works."""
    at = parts(request)
    verdict = await at.accounts.check(account, means=at.means)
    if verdict is None:
        raise _unknown()
    return {"works": verdict.works, "words": verdict.words}


def _described(channel: Channel) -> dict[str, Any]:
    guide = _GUIDES / channel.name / "README.md"
    return {
        "name": channel.name,
        "title": channel.title,
        "receives": channel.receives is not None,
        "sends": channel.sends is not None,
        "edits": channel.edits,
        "polls": channel.polls is not None,
        "settings": inlined(channel.settings),
        "secrets": inlined(channel.secrets),
        "guide": guide.read_text() if guide.exists() else None,
    }


def _told(at: Parts, stored: StoredAccount) -> dict[str, Any]:
    path = f"/forms/{stored.account}" if stored.channel == "web_form" else f"/v1/channels/{stored.account}/deliveries"
    return {
        "account": stored.account,
        "channel": stored.channel,
        "title": stored.title,
        "settings": stored.settings,
        "delivery_url": f"{at.public_url}{path}",
        "has_secrets": list(stored.secret_names),
        "enabled": stored.enabled,
    }


def _unknown() -> Problem:
    return Problem(status=404, detail="no account has this name")
