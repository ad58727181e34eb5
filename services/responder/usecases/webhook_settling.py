"""The fate of notifications: each attempt is kept, and what it came to moves the notification and its subscription."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.responder.domain.webhook_patience import GATE_FROM, Attempted, endpoint_after, settled
from services.responder.domain.webhooks import Notification, Subscription
from services.responder.store import webhook_events, webhook_queue, webhook_subscriptions
from services.responder.store.webhook_events import WebhookEvent
from services.responder.store.webhook_queue import Try
from shared.contracts.webhooks import SUBSCRIPTION_PAUSED, PausedSubscription, SubscriptionPausedWebhook
from shared.ids import event_id

Subscriptions = dict[UUID, Subscription]

_QUIET_S: Final = 1.0
"""A subscription's row is not written more often for going well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one attempt at a notification came to; `answer` is the beginning of what the endpoint said."""

    notification: Notification
    attempted: Attempted
    started_at: datetime
    duration_ms: int
    answer: str | None = None


async def settle(engine: AsyncEngine, outcomes: Sequence[Outcome], *, now: datetime) -> list[Subscription]:
    """Record outcomes in one transaction and return the subscriptions that were paused by them.

    One that another process took over meanwhile only keeps the attempt; but a yes always counts.
    """
    async with engine.begin() as connection:
        stored = await webhook_queue.lock(connection, [o.notification.notification_id for o in outcomes])
        before = await webhook_subscriptions.lock(connection, sorted({n.subscription_id for n in stored.values()}))
        subscriptions, moved = dict(before), []
        for outcome in outcomes:
            row = stored.get(outcome.notification.notification_id)
            subscription = subscriptions.get(outcome.notification.subscription_id)
            if row is None or subscription is None or not _still_ours(row, outcome):
                continue
            draw = random.random()  # noqa: S311 - spreads load, guards nothing
            moved.append(settled(row, subscription, outcome.attempted, now=now, draw=draw))
            subscriptions[row.subscription_id] = endpoint_after(
                subscription, row, outcome.attempted, now=now, draw=draw
            )  # fmt: skip
        await webhook_queue.settle(connection, moved)
        await webhook_queue.keep_tries(
            connection, [_try(o) for o in outcomes if o.notification.notification_id in stored]
        )
        return await _store(connection, before, subscriptions, now=now)


async def _store(
    connection: AsyncConnection, before: Subscriptions, after: Subscriptions, *, now: datetime
) -> list[Subscription]:
    """Store what has changed, wake what rested for endpoints that answer again, and tell who was paused."""
    changed = [one for name, one in after.items() if _worth_storing(before[name], one)]
    await webhook_subscriptions.save_health(connection, changed)
    # Only where the endpoint as a whole had failed: a single event that is refused keeps its own rests.
    well_again = [name for name, one in after.items() if before[name].failures >= GATE_FROM and not one.failures]
    if well_again:
        await webhook_queue.wake(connection, well_again, now=now)
    paused = [one for name, one in after.items() if one.state != before[name].state]
    await webhook_events.add(connection, [_notice(one, now) for one in paused])
    return paused


def _worth_storing(before: Subscription, after: Subscription) -> bool:
    if before.failures or after.failures or before.last_success_at is None or after.last_success_at is None:
        return before != after
    return (after.last_success_at - before.last_success_at).total_seconds() > _QUIET_S


def _notice(subscription: Subscription, now: datetime) -> WebhookEvent:
    name = event_id("webhook paused", subscription.subscription_id, now.isoformat())
    notice = SubscriptionPausedWebhook(
        type=SUBSCRIPTION_PAUSED,
        timestamp=now,
        data=PausedSubscription(
            event_id=name,
            subscription_id=subscription.subscription_id,
            title=subscription.title,
            reason="gone" if subscription.paused_reason == "gone" else "failing",
            failing_since=subscription.failing_since,
            cause=subscription.paused_detail or "unknown",
        ),
    )
    return WebhookEvent(
        event_id=name,
        subject_id=subscription.subscription_id,
        sequence=int(now.timestamp() * 1000),
        type=SUBSCRIPTION_PAUSED,
        at=now,
        created_at=now,
        body=msgspec.json.encode(notice),
    )


def _still_ours(row: Notification, outcome: Outcome) -> bool:
    """Tell whether the outcome still counts: a yes always does, a no only from whoever holds the lease."""
    if row.state not in ("queued", "sending"):
        return False
    return outcome.attempted.outcome == "delivered" or (
        row.state == "sending" and row.attempts == outcome.notification.attempts
    )


def _try(outcome: Outcome) -> Try:
    attempted = outcome.attempted
    return Try(
        notification_id=outcome.notification.notification_id,
        attempt=outcome.notification.attempts,
        started_at=outcome.started_at,
        duration_ms=outcome.duration_ms,
        outcome="delivered" if attempted.outcome == "delivered" else "failed",
        status=attempted.status,
        cause=None if attempted.outcome == "delivered" else attempted.cause,
        answer=outcome.answer,
    )
