"""Finding out who is to be told of what happened: one process at a time, in the order in which it happened."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.domain.webhooks import Notification, Subscription, wants
from services.responder.store import webhook_events, webhook_subscriptions
from services.responder.store.webhook_events import WebhookEvent
from shared.ids import event_id

_EVENTS: Final = 200
_NOTIFICATIONS: Final = 10_000
"""So many rows are written in one transaction at the most; it stays well within a statement's time."""


async def fan_out(engine: AsyncEngine, *, now: datetime) -> bool:
    """Put what is new on its way to each subscription that wants it; True where there may be more."""
    async with engine.begin() as connection:
        if not await webhook_events.are_new(connection) or not await webhook_events.alone(connection):
            return False
        subscriptions = await webhook_subscriptions.everything(connection)
        limit = max(1, min(_EVENTS, _NOTIFICATIONS // max(1, len(subscriptions))))
        events = await webhook_events.new(connection, limit=limit)
        if events:
            found = [(e, _notification(e, s, now)) for e in events for s in subscriptions if _wants(s, e)]
            await webhook_events.fan_out(connection, events, found)
    return len(events) == limit


def _wants(subscription: Subscription, event: WebhookEvent) -> bool:
    # Events are told from the next one on after a subscription was made.
    return subscription.created_at <= event.created_at and wants(
        subscription, event_type=event.type, facts=event.facts, subject=event.subject_id
    )


def _notification(event: WebhookEvent, subscription: Subscription, now: datetime) -> Notification:
    return Notification(
        notification_id=event_id("notification", subscription.subscription_id, event.event_id),
        subscription_id=subscription.subscription_id,
        event_id=event.event_id,
        state="queued",
        attempts=0,
        ready_at=now,
    )
