"""`POST /v1/complaints/{reference}/replies`: a person writes to the customer by the channel it came by."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import Field

from services.responder.api.answers import json_answer
from services.responder.api.inputs import Body, Reference, Said, doer
from services.responder.api.parts import parts
from services.responder.api.shapes import QueuedShape
from services.responder.usecases.reply import AskedReply
from shared.web.access import Principal, require

routes = APIRouter(tags=["actions"])


class Reply(Body):
    """What the customer is to read; `final` marks the final answer."""

    text: Annotated[Said, Field(min_length=1, max_length=100_000, pattern=r"\S")]
    final: bool = False


@routes.post(
    "/v1/complaints/{reference}/replies",
    status_code=202,
    response_model=QueuedShape,
    responses={409: {"description": "There is no way back to the customer, or the complaint is closed."}},
)
async def reply(
    reference: Reference,
    body: Reply,
    request: Request,
    actor: Annotated[Principal, Depends(require("complaints:act"))],
    idempotency_key: Annotated[
        Said | None, Header(max_length=255, description="asked again with the same key, it is sent once")
    ] = None,
) -> Response:
    """Queue a reply. Its clocks are met when it has been sent, not before."""
    asked = AskedReply(text=body.text, final=body.final, by=doer(actor), key=idempotency_key)
    message_id = await parts(request).desk.reply(reference, asked)
    return json_answer({"message_id": message_id, "state": "queued"}, status=202)
