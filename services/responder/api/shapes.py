"""The shapes of answers, for the documentation; the answers themselves are encoded without them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from services.responder.domain.letters import ToldTerms
from shared.rulebook.happenings import Evidence

ClockState = Literal["running", "paused", "met", "breached", "met_late", "cancelled"]
ComplaintState = Literal["open", "waiting_for_customer", "resolved", "closed"]
AcknowledgementState = Literal["none", "queued", "sent", "delivered", "failed", "withheld"]


class ClockShape(BaseModel):
    """A promise of time; `unverified` where its figure is from memory: have it checked before you call it the law."""

    kind: str
    state: ClockState
    started_at: datetime
    due_at: datetime
    at_risk_at: datetime | None
    at_risk: bool
    stopped_at: datetime | None
    allowance: str
    consumed_seconds: int
    policy: str
    source: str
    evidence: Evidence
    unverified: bool
    round: int


class StepShape(BaseModel):
    """A step of the playbook."""

    step: str
    order: int
    actor: str
    title: str
    due_at: datetime | None
    evidence_required: bool
    skippable: bool
    state: Literal["open", "done", "skipped"]
    evidence: str | None
    reason: str | None
    at: datetime | None
    by: str | None


class AcknowledgementShape(BaseModel):
    """What became of the acknowledgement; withheld and failed say why."""

    state: AcknowledgementState
    sent_at: datetime | None
    channel: str | None
    reason: str | None
    text: str | None


class ResolutionShape(BaseModel):
    """How it ended."""

    outcome: str
    root_cause: str
    redress: list[str]
    at: datetime
    by: str


class ChangedShape(BaseModel):
    """A complaint as an action left it; `terms` is null where the policy has left the rulebook."""

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
    waiting_reason: str | None
    resolution: ResolutionShape | None
    reopened: int
    automatic: str | None
    public: bool
    resolved_at: datetime | None
    closed_at: datetime | None
    decision: dict[str, Any]
    clocks: list[ClockShape]
    terms: ToldTerms | None
    steps: list[StepShape]
    can_reply: bool
    acknowledgement: AcknowledgementShape


class ComplaintShape(ChangedShape):
    """A complaint with what was said; `messages_available` is false while the router does not answer."""

    transfers: list[dict[str, Any]]
    messages: list[dict[str, Any]] | None = None
    messages_available: bool | None = None


class ListedAcknowledgement(BaseModel):
    """The state of an acknowledgement; one that was withheld says why."""

    state: AcknowledgementState
    reason: str | None


class ListedShape(BaseModel):
    """A complaint in the work list; `due_at` is the earliest date still owed."""

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
    at_risk: bool
    breached: bool
    due_at: datetime | None
    acknowledgement: ListedAcknowledgement


class WorkListShape(BaseModel):
    """A page of the work list."""

    items: list[ListedShape]
    next_cursor: str | None


class EntryShape(BaseModel):
    """A line of the ledger."""

    seq: int
    at: datetime
    kind: str
    by: str
    data: dict[str, Any]


class TimelineShape(BaseModel):
    """A page of the ledger."""

    items: list[EntryShape]
    next_cursor: str | None


class QueuedShape(BaseModel):
    """A message on its way."""

    message_id: UUID
    state: str


class QueueShape(BaseModel):
    """How a queue stands; figures of the last hour, and shares and percentiles of the last seven days."""

    queue: str
    open: int
    unassigned: int
    waiting: int
    at_risk: int
    breached: int
    oldest_open_seconds: int | None
    arrivals_per_hour: float
    resolutions_per_hour: float
    within_sla_percent: float | None
    acknowledged_p50_seconds: float | None
    acknowledged_p90_seconds: float | None
    resolved_p50_seconds: float | None
    resolved_p90_seconds: float | None
    acknowledgements_withheld: int
    breach_forecast_at: datetime | None


class QueueHealthShape(BaseModel):
    """All queues."""

    at: datetime
    queues: list[QueueShape]
