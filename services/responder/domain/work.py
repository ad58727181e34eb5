"""The work on one complaint as it stands: derived from its entries, never edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from services.responder.domain.clock import Clock
from shared.contracts.progress import ComplaintState

StepState = Literal["open", "done", "skipped"]
AcknowledgementState = Literal["none", "queued", "sent", "delivered", "failed", "withheld"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of the playbook on this complaint; `sends` names what the system sends to take it.

    An open one has a `reason` where the system tried and could not.
    """

    step: str
    order: int
    actor: str
    title: str = ""
    due_at: datetime | None = None
    evidence_required: bool = False
    skippable: bool = True
    sends: str | None = None
    state: StepState = "open"
    evidence: str | None = None
    reason: str | None = None
    at: datetime | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """What became of the acknowledgement."""

    state: AcknowledgementState = "none"
    outbound_id: str | None = None
    sent_at: datetime | None = None
    channel: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """How the complaint ended: the outcome, apart from what was given, and why it arose."""

    outcome: str
    root_cause: str
    redress: tuple[str, ...]
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkState:
    """Everything that the responder knows of a complaint; `seq` is that of the last entry it holds.

    `kept` and `missed` count promises of earlier rounds; those of the present clocks are added by `figures`.
    """

    seq: int
    routed_sequence: int
    state: ComplaintState
    reference: str
    received_at: datetime
    account: str
    channel: str
    queue: str
    playbook: str
    policy: str
    priority: str
    category: str
    subcategory: str | None
    severity: str
    language: str
    segment: str
    rulebook: str
    automatic: str | None = None
    public: bool = False
    outcome_sought: str | None = None
    owner: str | None = None
    waiting_until: datetime | None = None
    waiting_reason: str | None = None
    waiting_since: datetime | None = None
    waiting_stops_clocks: bool = True
    waited_seconds: float = 0.0
    clocks: dict[str, Clock] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    acknowledgement: Acknowledgement = Acknowledgement()
    resolution: Resolution | None = None
    transfers: int = 0
    previous_queues: tuple[str, ...] = ()
    reopened: int = 0
    resolutions: int = 0
    messages_in: int = 0
    messages_out: int = 0
    kept: int = 0
    missed: int = 0
    acknowledged_at: datetime | None = None
    first_human_at: datetime | None = None
    last_human_at: datetime | None = None
    last_customer_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """True until it is resolved, waiting for the customer included."""
        return self.state in ("open", "waiting_for_customer")
