"""What agents do: `POST /v1/complaints/{reference}/claim` and so on; each is checked, each is an entry."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from services.responder.api.answers import json_answer
from services.responder.api.inputs import Body, Code, Instant, Reference, Said, doer
from services.responder.api.parts import parts
from services.responder.api.shapes import ChangedShape
from services.responder.store.work import Held
from services.responder.usecases.desk import Ending
from shared.rulebook.happenings import Told
from shared.web.access import Principal, require

routes = APIRouter(
    tags=["actions"],
    responses={
        404: {"description": "No complaint has this reference."},
        409: {"description": "The complaint's state does not allow it; `detail` says why."},
    },
)
Actor = Annotated[Principal, Depends(require("complaints:act"))]
Reason = Annotated[Said, Field(max_length=2_000)]


class Claim(Body):
    """Who is to own it; left out: whoever asks."""

    owner: Code | None = Field(default=None, min_length=1)


class Wait(Body):
    """Why we wait for the customer, and until when at the most."""

    reason: Reason
    until: Instant
    ground: Annotated[Code | None, Field(description="where the policy's pause asks for another than waiting")] = None


class Happened(Body):
    """What happened elsewhere, and when; left out: now."""

    what: Told
    at: Instant | None = None


class Resume(Body):
    """Why we wait no longer."""

    reason: Reason = "resumed"


class Extend(Body):
    """Which clock gets another date, and why."""

    clock: Code
    reason: Reason
    until: Instant


class Resolve(Body):
    """How it ended, in codes of the taxonomy: a root cause belongs to every ending."""

    outcome: Code | None = None
    root_cause: Code | None = None
    redress: Annotated[tuple[Code, ...], Field(max_length=20)] = ()
    summary: Annotated[Said, Field(max_length=10_000)] | None = None


class Reopen(Body):
    """Why it is opened again: a code of the taxonomy."""

    reason: Code


@routes.post("/v1/complaints/{reference}/claim", response_model=ChangedShape)
async def claim(reference: Reference, request: Request, actor: Actor, body: Claim | None = None) -> Response:
    """Take it: exactly one owner at any time."""
    owner = (body.owner if body else None) or doer(actor)
    return _changed(request, await parts(request).desk.claim(reference, owner=owner, by=doer(actor)))


@routes.post("/v1/complaints/{reference}/release", response_model=ChangedShape)
async def release(reference: Reference, request: Request, actor: Actor) -> Response:
    """Give it back to the queue."""
    return _changed(request, await parts(request).desk.release(reference, by=doer(actor)))


@routes.post("/v1/complaints/{reference}/wait", response_model=ChangedShape)
async def wait(reference: Reference, body: Wait, request: Request, actor: Actor) -> Response:
    """Wait for the customer: clocks that may pause stand still until they write, or until the date.

    A policy may let them stand still on one other ground only, and then it has to be named.
    """
    held = await parts(request).desk.wait(
        reference, reason=body.reason, until=body.until, ground=body.ground, by=doer(actor)
    )
    return _changed(request, held)


@routes.post("/v1/complaints/{reference}/happened", response_model=ChangedShape)
async def happened(reference: Reference, body: Happened, request: Request, actor: Actor) -> Response:
    """Tell what the responder cannot notice, such as that an authority wrote: clocks start by it, or are met."""
    return _changed(request, await parts(request).desk.tell(reference, what=body.what, at=body.at, by=doer(actor)))


@routes.post("/v1/complaints/{reference}/resume", response_model=ChangedShape)
async def resume(reference: Reference, request: Request, actor: Actor, body: Resume | None = None) -> Response:
    """Wait no longer."""
    reason = (body or Resume()).reason
    return _changed(request, await parts(request).desk.resume(reference, reason=reason, by=doer(actor)))


@routes.post("/v1/complaints/{reference}/extend", response_model=ChangedShape)
async def extend(reference: Reference, body: Extend, request: Request, actor: Actor) -> Response:
    """Move a clock's date forward, as far as its policy allows."""
    held = await parts(request).desk.extend(
        reference, clock=body.clock, reason=body.reason, until=body.until, by=doer(actor)
    )
    return _changed(request, held)


@routes.post("/v1/complaints/{reference}/resolve", response_model=ChangedShape)
async def resolve(reference: Reference, body: Resolve, request: Request, actor: Actor) -> Response:
    """Resolve it; 422 without a root cause."""
    ending = Ending(outcome=body.outcome, root_cause=body.root_cause, redress=body.redress, summary=body.summary)
    return _changed(request, await parts(request).desk.resolve(reference, ending, by=doer(actor)))


@routes.post("/v1/complaints/{reference}/reopen", response_model=ChangedShape)
async def reopen(reference: Reference, body: Reopen, request: Request, actor: Actor) -> Response:
    """Open it again."""
    return _changed(request, await parts(request).desk.reopen(reference, reason=body.reason, by=doer(actor)))


@routes.post("/v1/complaints/{reference}/close", response_model=ChangedShape)
async def close(reference: Reference, request: Request, actor: Actor) -> Response:
    """Close what is resolved."""
    return _changed(request, await parts(request).desk.close(reference, by=doer(actor)))


def _changed(request: Request, held: Held) -> Response:
    at = parts(request)
    return json_answer(at.reader.shown(held, now=at.clock.now()))
