"""`/v1/webhooks/{subscription_id}/notifications`: what was told, each attempt, and telling it again."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from services.responder.api.answers import json_answer
from services.responder.api.inputs import Code, Instant
from services.responder.api.parts import parts
from services.responder.api.webhook_shapes import (
    EventName,
    NotificationDetailShape,
    NotificationShape,
    NotificationsShape,
    Replay,
    ReplayedShape,
    notification,
)
from services.responder.store.webhook_history import Sought
from shared.web.access import require
from shared.web.lists import DEFAULT_LIMIT, After, Limit, following, page, place
from shared.web.problems import Problem

routes = APIRouter(tags=["webhooks"], dependencies=[Depends(require("webhooks:admin"))])
WebhookId = Annotated[Code, Path(description="the `webhook-id` of its calls")]
_NO_SUBSCRIPTION: dict[int | str, dict[str, Any]] = {404: {"description": "No subscription has this id."}}
_NO_NOTIFICATION: dict[int | str, dict[str, Any]] = {
    404: {"description": "No subscription has this id, or no notification of it."}
}


@routes.get(
    "/v1/webhooks/{subscription_id}/notifications", response_model=NotificationsShape, responses=_NO_SUBSCRIPTION
)
async def notifications(
    subscription_id: UUID,
    request: Request,
    state: Annotated[Literal["queued", "sending", "delivered", "failed"] | None, Query()] = None,
    type_: Annotated[EventName | None, Query(alias="type")] = None,
    reference: Annotated[Code | None, Query()] = None,
    since: Annotated[Instant | None, Query(alias="from")] = None,
    to: Annotated[Instant | None, Query()] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Response:
    """What was told and what waits, the newest first; settled ones are kept for 30 days."""
    sought = Sought(state=state, event_type=type_, reference=reference, since=since, until=to)
    after = place(cursor) if cursor else None
    found = await parts(request).webhook_records.page(subscription_id, sought, after=after, limit=limit + 1)
    items, last = found[:limit], found[limit - 1] if len(found) > limit else None
    more = following(last["created_at"], last["notification_id"]) if last else None
    return json_answer(page([notification(row) for row in items], next_cursor=more))


@routes.get(
    "/v1/webhooks/{subscription_id}/notifications/{webhook_id}",
    response_model=NotificationDetailShape,
    responses=_NO_NOTIFICATION,
)
async def one_notification(subscription_id: UUID, webhook_id: WebhookId, request: Request) -> Response:
    """One notification: what is told (without narrative) and how each attempt ended."""
    row = await parts(request).webhook_records.one(subscription_id, _name(webhook_id))
    shown = notification(row) | {"body": json.loads(row["body"]), "tries": row["tries"]}
    return json_answer(shown)


@routes.post(
    "/v1/webhooks/{subscription_id}/notifications/{webhook_id}/replay",
    status_code=202,
    response_model=NotificationShape,
    responses=_NO_NOTIFICATION | {409: {"description": "It is on its way already."}},
)
async def replay_one(subscription_id: UUID, webhook_id: WebhookId, request: Request) -> Response:
    """Tell one again under the same `webhook-id`, whether it had arrived or was given up."""
    records, name = parts(request).webhook_records, _name(webhook_id)
    await records.replay(subscription_id, name)
    return json_answer(notification(await records.one(subscription_id, name)), status=202)


@routes.post(
    "/v1/webhooks/{subscription_id}/replay", status_code=202, response_model=ReplayedShape, responses=_NO_SUBSCRIPTION
)
async def replay_range(subscription_id: UUID, body: Replay, request: Request) -> Response:
    """Tell a stretch of time again, at most 10,000 notifications, in order within each complaint."""
    sought = Sought(state=body.state, event_type=body.type, since=body.since, until=body.to)
    many = await parts(request).webhook_records.replay_range(subscription_id, sought)
    return json_answer({"notifications": many}, status=202)


def _name(webhook_id: str) -> UUID:
    try:
        return UUID(hex=webhook_id.removeprefix("msg_"))
    except ValueError:
        raise Problem(status=404, detail="no notification of this subscription has this id") from None
