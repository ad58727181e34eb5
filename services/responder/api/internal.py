"""What the other services of the house tell the responder; not part of the documented API."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from services.responder.api.inputs import Instant, Said
from services.responder.api.parts import parts
from services.responder.usecases.receipts import VendorReceipt
from shared.faults import TryLater
from shared.web.access import house_only

routes = APIRouter(prefix="/internal", dependencies=[Depends(house_only)], include_in_schema=False)


class ToldReceipt(BaseModel):
    """A vendor's word on a message that we sent."""

    account: Said
    provider_message_id: Said
    state: Literal["delivered", "failed"]
    at: Instant | None = None
    detail: Said | None = None


class ToldReceipts(BaseModel):
    """Several of them, in the order in which they came."""

    items: Annotated[list[ToldReceipt], Field(max_length=1_000)]


@routes.post("/receipts")
async def receipts(body: ToldReceipts, request: Request) -> dict[str, int]:
    """Record what vendors tell; told twice it changes nothing. Returns how many speak of messages of ours.

    503 when one may speak of what is being sent just now; the others are recorded all the same, and all are told again.
    """
    at, known, early = parts(request), 0, None
    for told in body.items:
        receipt = VendorReceipt(
            account=told.account,
            provider_message_id=told.provider_message_id,
            state=told.state,
            at=told.at or at.clock.now(),
            detail=told.detail,
        )
        try:
            known += await at.desk.note(receipt)
        except TryLater as later:
            early = later
    if early is not None:
        raise early
    return {"told": len(body.items), "known": known}
