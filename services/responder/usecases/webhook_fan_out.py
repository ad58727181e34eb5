"""Finding out who is to be told of what happened: one process at a time, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.domain.webhooks import Directory, Notification, Subscription
from services.responder.store import webhook_events, webhook_subscriptions
from services.responder.store.webhook_events import WebhookEvent
from shared.ids import event_id

_EVENTS: Final = 500
_NOTIFICATIONS: Final = 10_000
"""So many rows are written in one transaction at the most; it stays well within a statement's time."""


async def fan_out(engine: AsyncEngine, *, now: datetime) -> bool:
    """Put what is new on its way to each subscription that wants it; True where there may be more."""
    async with engine.begin() as connection:
        if not await webhook_events.are_new(connection) or not await webhook_events.alone(connection):
            return False
        subscriptions = await webhook_subscriptions.everything(connection)
        events = await webhook_events.new(connection, limit=_EVENTS)
        fanned, found = _told(Directory(subscriptions), events, now)
        await webhook_events.fan_out(connection, fanned, found)
    return bool(events)


def _told(
    directory: Directory, events: Sequence[WebhookEvent], now: datetime
) -> tuple[list[WebhookEvent], list[tuple[WebhookEvent, Notification]]]:
    """Return as many of the events as make about the most notifications, and those notifications."""
    fanned: list[WebhookEvent] = []
    found: list[tuple[WebhookEvent, Notification]] = []
    for event in events:
        if len(found) >= _NOTIFICATIONS:
            break
        fanned.append(event)
        wanted_by = directory.who_wants(event_type=event.type, facts=event.facts, subject=event.subject_id)
        # Events are told from the next one on after a subscription was made.
        found += [(event, _notification(event, s, now)) for s in wanted_by if s.created_at <= event.created_at]
    return fanned, found


def _notification(event: WebhookEvent, subscription: Subscription, now: datetime) -> Notification:
    return Notification(
        notification_id=event_id("notification", subscription.subscription_id, event.event_id),
        subscription_id=subscription.subscription_id,
        event_id=event.event_id,
        state="queued",
        attempts=0,
        ready_at=now,
    )
