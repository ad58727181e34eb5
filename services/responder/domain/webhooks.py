"""Subscriptions of other systems, and which events each is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from shared.contracts.webhooks import COMPLAINT_EVENT_TYPES, SUBSCRIPTION_PAUSED

SubscriptionState = Literal["active", "paused"]
PauseReason = Literal["manual", "failing", "gone"]
NotificationState = Literal["queued", "sending", "delivered", "failed"]

EVENT_TYPES: Final = (*COMPLAINT_EVENT_TYPES, SUBSCRIPTION_PAUSED)

FILTERS: Final = (
    "queue", "category", "subcategory", "severity", "priority", "account", "channel", "segment", "language", "policy",
)  # fmt: skip
"""What a subscription can be narrowed by: fields of a complaint that hold codes."""

Facts = Mapping[str, Sequence[str]]
"""The values of each field at an event; two where the event changed it, so that who loses a complaint is told, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What another system wants to be told, and where; secrets are apart, sealed.

    Empty `events` mean every event of complaints. `failures` counts failed attempts in a row. Nothing is tried before
    `gate_until` (our own patience with an endpoint that fails) and `asked_until` (what its Retry-After said).
    """

    subscription_id: UUID
    title: str
    url: str
    created_at: datetime
    created_by: str
    events: tuple[str, ...] = ()
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    narrative: bool = False
    state: SubscriptionState = "active"
    paused_reason: PauseReason | None = None
    paused_detail: str | None = None
    paused_at: datetime | None = None
    resumed_at: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None
    last_cause: str | None = None
    gate_until: datetime | None = None
    asked_until: datetime | None = None
    previous_secret_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One event on its way to one subscription; its id is the `webhook-id` of every attempt."""

    notification_id: UUID
    subscription_id: UUID
    event_id: UUID
    state: NotificationState
    attempts: int
    ready_at: datetime
    first_tried_at: datetime | None = None
    delivered_at: datetime | None = None
    cause: str | None = None


def wants(subscription: Subscription, *, event_type: str, facts: Facts, subject: UUID) -> bool:
    """Tell whether the subscription is to be told of an event; `subject` is the complaint, or what else it is about."""
    if event_type == SUBSCRIPTION_PAUSED:
        return event_type in subscription.events and subject != subscription.subscription_id
    if subscription.events and event_type not in subscription.events:
        return False
    return all(not set(wanted).isdisjoint(facts.get(name, ())) for name, wanted in subscription.filters.items())


class Directory:
    """Who is to be told of an event, found without asking each subscription: by one field that it is narrowed by."""

    def __init__(self, subscriptions: Iterable[Subscription]) -> None:
        self._by_code: dict[tuple[str, str], list[Subscription]] = defaultdict(list)
        self._unfiltered: list[Subscription] = []
        for subscription in subscriptions:
            if not subscription.filters or SUBSCRIPTION_PAUSED in subscription.events:
                self._unfiltered.append(subscription)
                continue
            name, codes = min(subscription.filters.items(), key=lambda item: len(item[1]))
            for code in codes:
                self._by_code[name, code].append(subscription)

    def who_wants(self, *, event_type: str, facts: Facts, subject: UUID) -> list[Subscription]:
        """Return the subscriptions that are to be told, each once."""
        near = {s.subscription_id: s for s in self._unfiltered}
        for name, codes in facts.items():
            for code in codes:
                near |= {s.subscription_id: s for s in self._by_code.get((name, code), ())}
        return [s for s in near.values() if wants(s, event_type=event_type, facts=facts, subject=subject)]


def webhook_id(notification: UUID) -> str:
    """Return the id as it stands in the header: without a full stop, which the signature parts by."""
    return f"msg_{notification.hex}"
