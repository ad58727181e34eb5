"""`/v1/webhooks`: which other systems are told of what, and where."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.responder.api.answers import json_answer
from services.responder.api.inputs import doer
from services.responder.api.parts import parts
from services.responder.api.webhook_shapes import (
    ChangedSubscription,
    CreatedShape,
    NewSubscription,
    Pause,
    RotatedShape,
    Rotation,
    SubscriptionShape,
    SubscriptionsShape,
    TestShape,
    shown,
)
from services.responder.domain.webhooks import webhook_id
from services.responder.usecases.webhook_calls import Answered
from shared.web.access import Principal, require
from shared.web.lists import DEFAULT_LIMIT, After, Limit, following, page, place
from shared.web.problems import Problem

ADMIN = "webhooks:admin"
routes = APIRouter(tags=["webhooks"])
Actor = Annotated[Principal, Depends(require(ADMIN))]
_NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"description": "No subscription has this id."}}


@routes.post("/v1/webhooks", status_code=201, response_model=CreatedShape)
async def subscribe(body: NewSubscription, request: Request, actor: Actor) -> Response:
    """Tell another system of complaints. The secret is in this answer and in no other."""
    _may_read(actor, narrative=body.narrative)
    desk = parts(request).webhooks
    made, secret = await desk.make(
        url=body.url,
        title=body.title,
        events=body.events,
        filters=body.filters.model_dump(),
        narrative=body.narrative,
        secret=body.secret,
        by=doer(actor),
    )
    answer = shown(await desk.one(made.subscription_id)) | {"secret": None if body.secret else secret}
    return json_answer(answer, status=201)


@routes.get("/v1/webhooks", response_model=SubscriptionsShape)
async def subscriptions(
    request: Request,
    _actor: Actor,
    state: Annotated[Literal["active", "paused"] | None, Query()] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Response:
    """The subscriptions, oldest first, with how they go and what waits for them."""
    after = place(cursor) if cursor else None
    found = await parts(request).webhooks.page(state=state, after=after, limit=limit + 1)
    items, last = found[:limit], found[limit - 1].subscription if len(found) > limit else None
    more = following(last.created_at, last.subscription_id) if last else None
    return json_answer(page([shown(one) for one in items], next_cursor=more))


@routes.get("/v1/webhooks/{subscription_id}", response_model=SubscriptionShape, responses=_NOT_FOUND)
async def subscription(subscription_id: UUID, request: Request, _actor: Actor) -> Response:
    """One subscription."""
    return json_answer(shown(await parts(request).webhooks.one(subscription_id)))


@routes.patch("/v1/webhooks/{subscription_id}", response_model=SubscriptionShape, responses=_NOT_FOUND)
async def change(subscription_id: UUID, body: ChangedSubscription, request: Request, actor: Actor) -> Response:
    """Change what is given. What is on its way already goes to the new address, whatever the new filters say."""
    desk = parts(request).webhooks
    changed = body.model_dump(include=body.model_fields_set)
    # Who turns the address of a subscription that is told narrative could read it there.
    told = body.narrative or ("url" in changed and (await desk.one(subscription_id)).subscription.narrative)
    _may_read(actor, narrative=told)
    return json_answer(shown(await desk.change(subscription_id, changed)))


@routes.delete("/v1/webhooks/{subscription_id}", status_code=204, responses=_NOT_FOUND)
async def unsubscribe(subscription_id: UUID, request: Request, _actor: Actor) -> None:
    """Forget a subscription, its secrets and what waits for it."""
    await parts(request).webhooks.remove(subscription_id)


@routes.post("/v1/webhooks/{subscription_id}/rotate", response_model=RotatedShape, responses=_NOT_FOUND)
async def rotate(
    subscription_id: UUID, request: Request, _actor: Actor, body: Rotation | None = None
) -> Response:  # fmt: skip
    """Sign with another secret; for the overlap each call carries a signature of both, the newest two at the most."""
    asked = body or Rotation()
    overlap = timedelta(seconds=asked.overlap_seconds)
    secret, until = await parts(request).webhooks.rotate(subscription_id, secret=asked.secret, overlap=overlap)
    return json_answer({"secret": None if asked.secret else secret, "previous_secret_until": until})


@routes.post("/v1/webhooks/{subscription_id}/pause", response_model=SubscriptionShape, responses=_NOT_FOUND)
async def pause(
    subscription_id: UUID, request: Request, _actor: Actor, body: Pause | None = None
) -> Response:  # fmt: skip
    """Tell nothing until it is resumed. What happens meanwhile waits; nothing is dropped."""
    reason = body.reason if body else None
    return json_answer(shown(await parts(request).webhooks.pause(subscription_id, reason=reason)))


@routes.post("/v1/webhooks/{subscription_id}/resume", response_model=SubscriptionShape, responses=_NOT_FOUND)
async def resume(subscription_id: UUID, request: Request, _actor: Actor) -> Response:
    """Go on where it stopped, at once; for one that only fails, try now instead of after the next rest."""
    return json_answer(shown(await parts(request).webhooks.resume(subscription_id)))


@routes.post("/v1/webhooks/{subscription_id}/test", response_model=TestShape, responses=_NOT_FOUND)
async def test(subscription_id: UUID, request: Request, _actor: Actor) -> Response:
    """Make one signed call of type `webhook.test` and say in words what came of it; also while paused."""
    name, answered = await parts(request).webhooks.test(subscription_id)
    attempted = answered.attempted
    return json_answer(
        {
            "works": attempted.outcome == "delivered",
            "words": _words(answered),
            "webhook_id": webhook_id(name),
            "status": attempted.status,
            "duration_ms": answered.duration_ms,
            "answer": answered.answer,
        }
    )


_WORDS = {
    "timeout": "nothing was answered in time",
    "unreachable": "nobody listens at the address, or its certificate is not trusted",
    "private_target": "the address leads into a private network, which this installation does not allow",
    "sealed_with_another_key": "the secret was sealed with another house key: rotate it",
    "connection_broken": "the connection broke before the answer",
    "redirected": "the endpoint redirects, which is not followed: give the address that it leads to",
}


def _words(answered: Answered) -> str:
    attempted = answered.attempted
    if attempted.outcome == "delivered":
        return f"the endpoint answered {attempted.status} within {answered.duration_ms} ms"
    return _WORDS.get(attempted.cause) or f"the call failed: {attempted.cause}"


def _may_read(actor: Principal, *, narrative: bool) -> None:
    if narrative and "complaints:read" not in actor.scopes:
        raise Problem(status=403, detail="narrative is told only by an API key that also has the scope complaints:read")
