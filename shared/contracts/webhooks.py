"""Outgoing webhooks: what another system is told of a complaint's life. Codes, ids and times.

`narrative` is there only for subscriptions that asked for it and were allowed to.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, get_args
from uuid import UUID

import msgspec

from shared.contracts.progress import ComplaintState

ComplaintEventType = Literal[
    "complaint.opened", "complaint.message_received", "complaint.transferred", "complaint.recategorised",
    "complaint.acknowledged", "complaint.acknowledgement_withheld", "complaint.acknowledgement_failed",
    "complaint.replied", "complaint.delivered", "complaint.undelivered", "complaint.claimed", "complaint.released",
    "complaint.waiting", "complaint.resumed", "complaint.extended", "complaint.rebased", "complaint.at_risk",
    "complaint.breached", "complaint.step_settled", "complaint.resolved", "complaint.reopened", "complaint.closed",
]  # fmt: skip
COMPLAINT_EVENT_TYPES: Final[tuple[ComplaintEventType, ...]] = get_args(ComplaintEventType)

SUBSCRIPTION_PAUSED: Final = "webhook.subscription_paused"
TEST: Final = "webhook.test"

Detail = str | int | bool | None | list[str]


class WebhookClock(msgspec.Struct, frozen=True, kw_only=True):
    """A promise of time as it stood right after the event; `unverified` where its figure is from memory."""

    kind: str
    state: Literal["running", "paused", "met", "breached", "met_late", "cancelled"]
    started_at: datetime
    due_at: datetime
    at_risk_at: datetime
    at_risk: bool
    stopped_at: datetime | None
    allowance: str
    policy: str
    source: str
    evidence: str
    unverified: bool
    round: int


class WebhookStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the playbook, without what people wrote about it."""

    step: str
    order: int
    actor: str
    state: Literal["open", "done", "skipped"]
    due_at: datetime | None
    at: datetime | None
    by: str | None


class WebhookAcknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the acknowledgement; `reason` holds the codes for which one was withheld."""

    state: Literal["none", "queued", "sent", "delivered", "failed", "withheld"]
    sent_at: datetime | None
    channel: str | None
    reason: str | None


class WebhookResolution(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended, in codes of the taxonomy."""

    outcome: str
    root_cause: str
    redress: tuple[str, ...]
    at: datetime
    by: str


class WebhookDecision(msgspec.Struct, frozen=True, kw_only=True):
    """Which rule of which rulebook decided; the customer's words that led to it stay in the house."""

    rule: str
    rulebook: str
    signals: tuple[str, ...]


class WebhookComplaint(msgspec.Struct, frozen=True, kw_only=True):
    """The complaint right after the event, as `GET /v1/complaints/{reference}` shows it, but for narrative."""

    complaint_id: UUID
    reference: str
    state: ComplaintState
    account: str
    channel: str
    received_at: datetime
    queue: str
    playbook: str
    policy: str
    priority: str
    category: str
    subcategory: str | None
    severity: str
    language: str
    segment: str
    owner: str | None
    waiting_until: datetime | None
    resolution: WebhookResolution | None
    reopened: int
    automatic: str | None
    public: bool
    resolved_at: datetime | None
    closed_at: datetime | None
    decision: WebhookDecision
    clocks: tuple[WebhookClock, ...]
    steps: tuple[WebhookStep, ...]
    acknowledgement: WebhookAcknowledgement


class WebhookNarrative(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What people wrote: why, how it ended, what shows that a step was done, the text that was sent to the customer.

    What the customer wrote is not told, but where our own letter repeats it: `GET /v1/complaints/{reference}` shows it.
    """

    reason: str | None = None
    summary: str | None = None
    evidence: str | None = None
    text: str | None = None


class WebhookHappening(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of a complaint's timeline; `sequence` is its `seq` there and rises within a complaint.

    `event_id` is the same for every subscription, `webhook-id` is not. `details` are the codes, ids and times of the
    entry (docs/how-to/connect-a-system-by-webhooks.md says which events have which).
    """

    event_id: UUID
    sequence: int
    at: datetime
    by: str
    details: dict[str, Detail]
    complaint: WebhookComplaint
    narrative: WebhookNarrative | None = None


class ComplaintWebhook(msgspec.Struct, frozen=True, kw_only=True):
    """Something happened to a complaint."""

    type: ComplaintEventType
    timestamp: datetime
    data: WebhookHappening


class PausedSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """Which subscription was paused, since when its endpoint failed, and how: `cause` is a code."""

    event_id: UUID
    subscription_id: UUID
    title: str
    reason: Literal["failing", "gone"]
    failing_since: datetime | None
    cause: str


class SubscriptionPausedWebhook(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription was paused because nothing got through; told to the others that ask for this type by name."""

    type: Literal["webhook.subscription_paused"]
    timestamp: datetime
    data: PausedSubscription


class SubscriptionUnderTest(msgspec.Struct, frozen=True, kw_only=True):
    """Whose test it is."""

    event_id: UUID
    subscription_id: UUID
    title: str


class SubscriptionTestWebhook(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody asked for a test call; answer it as any other."""

    type: Literal["webhook.test"]
    timestamp: datetime
    data: SubscriptionUnderTest


AnyWebhook = ComplaintWebhook | SubscriptionPausedWebhook | SubscriptionTestWebhook


def kind_of(event_type: str) -> type[AnyWebhook]:
    """Return the shape of an event by its type."""
    match event_type:
        case "webhook.subscription_paused":
            return SubscriptionPausedWebhook
        case "webhook.test":
            return SubscriptionTestWebhook
        case _:
            return ComplaintWebhook
