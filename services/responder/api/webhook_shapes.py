"""The shapes of `/v1/webhooks`: what is taken, and for the documentation what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.responder.api.inputs import Body, Code, Instant, Said
from services.responder.domain.webhooks import EVENT_TYPES, webhook_id
from services.responder.usecases.webhook_desk import Shown
from shared.contracts.webhooks import ComplaintEventType
from shared.vendor.standard_webhooks import SECRET_PATTERN

EventName = ComplaintEventType | Literal["webhook.subscription_paused"]
Codes = Annotated[tuple[Annotated[Code, Field(min_length=1)], ...], Field(max_length=100)]
Url = Annotated[Said, Field(min_length=1, max_length=2_000, examples=["https://crm.example.com/hooks/ascolto"])]
Title = Annotated[Said, Field(min_length=1, max_length=200, examples=["CRM"])]
Events = Annotated[tuple[EventName, ...], Field(max_length=len(EVENT_TYPES))]
Secret = Annotated[Said, Field(max_length=200, pattern=SECRET_PATTERN)]


class Filters(Body):
    """Only complaints with one of the codes in each field that is given; a transfer counts for both queues."""

    queue: Codes = ()
    category: Codes = ()
    subcategory: Codes = ()
    severity: Codes = ()
    priority: Codes = ()
    account: Codes = ()
    channel: Codes = ()
    segment: Codes = ()
    language: Codes = ()
    policy: Codes = ()


class NewSubscription(Body):
    """What a system wants to be told, and where. No `events`: every event of complaints.

    `narrative` adds what people of the house wrote; whoever asks for it needs `complaints:read` as well. `secret` is
    made, and shown this once, when it is left out.
    """

    url: Url
    title: Title
    events: Events = ()
    filters: Filters = Filters()
    narrative: bool = False
    secret: Secret | None = None


class ChangedSubscription(Body):
    """What is to change; what is left out stays."""

    url: Url = ""
    title: Title = ""
    events: Events = ()
    filters: Filters = Filters()
    narrative: bool = False


class Rotation(Body):
    """The next secret (made when left out), and how long the one before goes on signing beside it."""

    secret: Secret | None = None
    overlap_seconds: Annotated[int, Field(ge=0, le=2_592_000)] = 86_400


class Pause(Body):
    """Why, for whoever looks later."""

    reason: Annotated[Said, Field(max_length=500)] | None = None


class Replay(Body):
    """Which notifications are told again: those of events recorded from `from` on and before `to`."""

    since: Annotated[Instant, Field(alias="from")]
    to: Instant
    type: EventName | None = None
    state: Literal["delivered", "failed"] | None = None


class PausedShape(BaseModel):
    """Why nothing is told: `failing` and `gone` (410) are our doing, `manual` is somebody's."""

    reason: Literal["manual", "failing", "gone"]
    detail: str | None
    at: datetime


class SubscriptionHealth(BaseModel):
    """How it goes: failures in a row, since when, and until when nothing is tried."""

    failures: int
    failing_since: datetime | None
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_cause: str | None
    rests_until: datetime | None


class SubscriptionShape(BaseModel):
    """A subscription; `waiting` and `failed` notifications are counted up to 10,000."""

    subscription_id: UUID
    title: str
    url: str
    events: list[str]
    filters: dict[str, list[str]]
    narrative: bool
    state: Literal["active", "paused"]
    paused: PausedShape | None
    health: SubscriptionHealth
    waiting: int
    oldest_waiting_at: datetime | None
    failed: int
    previous_secret_until: datetime | None
    created_at: datetime
    created_by: str


class CreatedShape(SubscriptionShape):
    """The subscription and its secret: null where it was given."""

    secret: str | None


class SubscriptionsShape(BaseModel):
    """A page of subscriptions."""

    items: list[SubscriptionShape]
    next_cursor: str | None


class RotatedShape(BaseModel):
    """The secret that signs from now on (null where it was given), and until when the one before signs, too."""

    secret: str | None
    previous_secret_until: datetime | None


class TestShape(BaseModel):
    """What came of a test call."""

    works: bool
    words: str
    webhook_id: str
    status: int | None
    duration_ms: int
    answer: str | None


class NotificationShape(BaseModel):
    """One event on its way to one system."""

    webhook_id: str
    event_id: UUID
    type: str
    reference: str | None
    complaint_id: UUID | None
    sequence: int
    at: datetime
    created_at: datetime
    state: Literal["queued", "sending", "delivered", "failed"]
    attempts: int
    next_try_at: datetime | None
    delivered_at: datetime | None
    cause: str | None


class NotificationsShape(BaseModel):
    """A page of notifications, newest first."""

    items: list[NotificationShape]
    next_cursor: str | None


class AttemptShape(BaseModel):
    """One attempt; `answer` is the beginning of an answer that was no yes."""

    attempt: int
    started_at: datetime
    duration_ms: int
    outcome: Literal["delivered", "failed"]
    status: int | None
    cause: str | None
    answer: str | None


class NotificationDetailShape(NotificationShape):
    """A notification with its body (never with narrative) and every attempt."""

    body: dict[str, Any]
    tries: list[AttemptShape]


class ReplayedShape(BaseModel):
    """How many notifications are on their way again."""

    notifications: int


def shown(found: Shown) -> dict[str, Any]:
    """Return a subscription as it is answered."""
    one = found.subscription
    rests = [instant for instant in (one.gate_until, one.asked_until) if instant is not None]
    return {
        "subscription_id": one.subscription_id,
        "title": one.title,
        "url": one.url,
        "events": one.events,
        "filters": one.filters,
        "narrative": one.narrative,
        "state": one.state,
        "paused": {"reason": one.paused_reason, "detail": one.paused_detail, "at": one.paused_at}
        if one.state == "paused"
        else None,
        "health": {
            "failures": one.failures,
            "failing_since": one.failing_since,
            "last_success_at": one.last_success_at,
            "last_failure_at": one.last_failure_at,
            "last_cause": one.last_cause,
            "rests_until": max(rests, default=None),
        },
        "waiting": found.waiting.count,
        "oldest_waiting_at": found.waiting.oldest,
        "failed": found.failed,
        "previous_secret_until": one.previous_secret_until,
        "created_at": one.created_at,
        "created_by": one.created_by,
    }


def notification(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a notification as it is answered."""
    names = (
        "event_id",
        "type",
        "reference",
        "sequence",
        "at",
        "created_at",
        "state",
        "attempts",
        "delivered_at",
        "cause",
    )
    return {
        "webhook_id": webhook_id(row["notification_id"]),
        **{name: row[name] for name in names},
        "complaint_id": row["subject_id"] if row["reference"] else None,
        "next_try_at": row["ready_at"] if row["state"] == "queued" else None,
    }
