"""`PUT /v1/complaints/{reference}/steps/{step}`: the playbook's steps, done with evidence or skipped with a reason."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from services.responder.api.answers import json_answer
from services.responder.api.inputs import Body, Code, Reference, Said, doer
from services.responder.api.parts import parts
from services.responder.api.shapes import ChangedShape
from shared.web.access import Principal, require

routes = APIRouter(tags=["actions"])

Words = Annotated[Said, Field(max_length=10_000)]


class Step(Body):
    """What became of a step."""

    state: Literal["done", "skipped"]
    evidence: Words | None = None
    reason: Words | None = None


@routes.put("/v1/complaints/{reference}/steps/{step}", response_model=ChangedShape)
async def set_step(
    reference: Reference,
    step: Code,
    body: Step,
    request: Request,
    actor: Annotated[Principal, Depends(require("complaints:act"))],
) -> Response:
    """Settle a step; the same again changes nothing."""
    at = parts(request)
    held = await at.desk.set_step(
        reference, step=step, to=body.state, evidence=body.evidence, reason=body.reason, by=doer(actor)
    )
    return json_answer(at.reader.shown(held, now=at.clock.now()))
