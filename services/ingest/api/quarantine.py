"""`/v1/deliveries` and `/v1/balance`: what waits for a person, and whether the books balance."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.ingest.api.parts import parts
from services.ingest.store.quarantine import QuarantinedDelivery, State
from services.ingest.usecases.replay import NotQuarantined, StillUnreadable
from shared.text import STORABLE
from shared.web.access import Principal, require
from shared.web.lists import DEFAULT_LIMIT, After, Limit, following, page, place
from shared.web.problems import Problem

routes = APIRouter(tags=["quarantine"])
_admin = require("deliveries:admin")
AccountFilter = Annotated[str | None, Query(max_length=63, pattern=STORABLE)]


class DiscardingDelivery(BaseModel):
    """Why a delivery is no complaint."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=3, max_length=500, pattern=STORABLE)


@routes.get("/v1/deliveries", dependencies=[Depends(_admin)])
async def list_deliveries(
    request: Request,
    state: State = "quarantined",
    account: AccountFilter = None,
    cursor: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> dict[str, Any]:
    """Deliveries that are in quarantine, or were, oldest first."""
    found = await parts(request).books.quarantined(
        state=state, account=account, after=place(cursor) if cursor else None, limit=limit + 1
    )
    last = found[limit - 1] if len(found) > limit else None
    more = following(last.received_at, last.delivery_id) if last else None
    return page([_told(d) for d in found[:limit]], next_cursor=more)


@routes.get(
    "/v1/deliveries/{delivery_id}/raw",
    dependencies=[Depends(_admin)],
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
async def raw_delivery(delivery_id: UUID, request: Request) -> Response:
    """The delivery's body, byte for byte; sent as a file, because it is anybody's bytes."""
    try:
        _, body = await parts(request).replay.raw(delivery_id)
    except NotQuarantined:
        raise _unknown() from None
    headers = {"Content-Disposition": f'attachment; filename="{delivery_id}.raw"', "X-Content-Type-Options": "nosniff"}
    return Response(body, headers=headers, media_type="application/octet-stream")


@routes.post("/v1/deliveries/{delivery_id}/replay")
async def replay_delivery(
    delivery_id: UUID, request: Request, principal: Principal = Depends(_admin)
) -> dict[str, Any]:
    """Read the delivery again; what can be read now is filed, once."""
    try:
        filed = await parts(request).replay.replay(delivery_id, by=principal.key_id)
    except NotQuarantined:
        raise _unknown() from None
    except StillUnreadable as error:
        raise Problem(status=409, title="Still unreadable", detail=str(error)) from None
    return {"delivery_id": delivery_id, "state": "replayed", "filed": filed}


@routes.post("/v1/deliveries/{delivery_id}/discard")
async def discard_delivery(
    delivery_id: UUID, body: DiscardingDelivery, request: Request, principal: Principal = Depends(_admin)
) -> dict[str, Any]:
    """End a delivery that is no complaint; who and why stays on record."""
    try:
        await parts(request).replay.discard(delivery_id, by=principal.key_id, reason=body.reason)
    except NotQuarantined:
        raise _unknown() from None
    return {"delivery_id": delivery_id, "state": "discarded"}


@routes.get("/v1/balance", dependencies=[Depends(require("ops:read"))])
async def balance(
    request: Request,
    account: AccountFilter = None,
    since: Annotated[date | None, Query(alias="from", description="first day, in UTC")] = None,
    until: Annotated[date | None, Query(alias="to", description="last day, in UTC")] = None,
) -> dict[str, int]:
    """received = filed + duplicate + quarantined + ignored + refused, in messages."""
    return await parts(request).books.balance(account=account, since=since, until=until)


def _told(delivery: QuarantinedDelivery) -> dict[str, Any]:
    fields = (
        "delivery_id", "account", "received_at", "state", "cause", "detail", "items", "size_bytes", "attempts",
        "ended_by", "ended_at", "reason",
    )  # fmt: skip
    return {name: getattr(delivery, name) for name in fields}


def _unknown() -> Problem:
    return Problem(status=404, detail="no delivery with this id is in quarantine")
