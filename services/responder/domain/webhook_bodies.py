"""What other systems are told of an entry: the complaint as it stands then, without what people wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from services.responder.domain.clock import Clock
from services.responder.domain.entries import Entry, EntryKind
from services.responder.domain.work import Acknowledgement, Step, WorkState
from shared.contracts.parts import Decision
from shared.contracts.webhooks import (
    ComplaintEventType,
    ComplaintWebhook,
    Detail,
    WebhookAcknowledgement,
    WebhookClock,
    WebhookComplaint,
    WebhookDecision,
    WebhookHappening,
    WebhookNarrative,
    WebhookResolution,
    WebhookStep,
)
from shared.rulebook.happenings import unverified

TYPES: Final[Mapping[EntryKind, ComplaintEventType]] = {
    "opened": "complaint.opened",
    "message": "complaint.message_received",
    "transferred": "complaint.transferred",
    "recategorised": "complaint.recategorised",
    "acknowledged": "complaint.acknowledged",
    "acknowledgement_withheld": "complaint.acknowledgement_withheld",
    "acknowledgement_failed": "complaint.acknowledgement_failed",
    "acknowledgement_delivered": "complaint.delivered",
    "reply_sent": "complaint.replied",
    "delivered": "complaint.delivered",
    "undelivered": "complaint.undelivered",
    "claimed": "complaint.claimed",
    "released": "complaint.released",
    "waiting": "complaint.waiting",
    "resumed": "complaint.resumed",
    "extended": "complaint.extended",
    "rebased": "complaint.rebased",
    "at_risk": "complaint.at_risk",
    "breached": "complaint.breached",
    "step": "complaint.step_settled",
    "resolved": "complaint.resolved",
    "reopened": "complaint.reopened",
    "closed": "complaint.closed",
}
"""The entries that are told; the others are steps on the way to one of these."""

_CODES: Final = frozenset((
    "clock", "round", "due_at", "at_risk_at", "previous_due_at", "until", "outcome", "root_cause", "redress", "step",
    "state", "final", "owner", "queue", "previous_queue", "category", "previous_category", "subcategory", "severity",
    "priority", "outbound_id", "message_id", "provider_message_id", "channel", "reasons", "was_sent",
))  # fmt: skip
"""What entries hold of codes, ids and times. Everything else is a person's sentence or none of the others' business."""

_COMPLAINT: Final = (
    "reference", "state", "account", "channel", "received_at", "queue", "playbook", "policy", "priority", "category",
    "subcategory", "severity", "language", "segment", "owner", "waiting_until", "reopened", "automatic", "public",
    "resolved_at", "closed_at",
)  # fmt: skip
_CLOCK: Final = tuple(name for name in WebhookClock.__struct_fields__ if name != "unverified")
_STEP: Final = WebhookStep.__struct_fields__
_RESOLUTION: Final = WebhookResolution.__struct_fields__
_BEFORE: Final = (("queue", "previous_queue"), ("category", "previous_category"))


def told(
    entry: Entry, state: WorkState, *, event_id: UUID, complaint_id: UUID, decision: Decision
) -> ComplaintWebhook:  # fmt: skip
    """Return what is told of an entry whose kind is in `TYPES`; `state` is that right after it."""
    return ComplaintWebhook(
        type=TYPES[entry.kind],
        timestamp=entry.at,
        data=WebhookHappening(
            event_id=event_id,
            sequence=entry.seq,
            at=entry.at,
            by=entry.by,
            details=_details(entry),
            complaint=_complaint(state, complaint_id, decision),
        ),
    )


def narrative(entry: Entry, *, text: str | None) -> WebhookNarrative:
    """Return what people wrote in an entry; `text` is what was sent to the customer, if it tells of that."""
    return WebhookNarrative(
        reason=_written(entry, "reason"),
        summary=_written(entry, "summary"),
        evidence=_written(entry, "evidence"),
        text=text,
    )


def facts(entry: Entry, state: WorkState, *, names: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the values by which subscriptions are narrowed; two where the entry changed one."""
    found = {name: [value] for name in names if (value := getattr(state, name)) is not None}
    for name, before in _BEFORE:
        value = entry.data.get(before)
        if isinstance(value, str) and value not in found.get(name, []):
            found.setdefault(name, []).append(value)
    return found


def _details(entry: Entry) -> dict[str, Detail]:
    details = {name: value for name, value in entry.data.items() if name in _CODES}
    if entry.kind == "reopened":  # a code of the taxonomy; elsewhere it is a sentence
        details["reason"] = entry.data.get("reason")
    return details


def _written(entry: Entry, name: str) -> str | None:
    value = entry.data.get(name)
    return value if isinstance(value, str) and value else None


def _complaint(state: WorkState, complaint_id: UUID, decision: Decision) -> WebhookComplaint:
    resolution = state.resolution
    return WebhookComplaint(
        complaint_id=complaint_id,
        **{name: getattr(state, name) for name in _COMPLAINT},
        resolution=WebhookResolution(**_taken(resolution, _RESOLUTION)) if resolution else None,
        decision=_decision(decision),
        clocks=tuple(_clock(clock) for clock in state.clocks.values()),
        steps=tuple(_step(step) for step in state.steps),
        acknowledgement=_acknowledgement(state.acknowledgement),
    )


def _decision(made: Decision) -> WebhookDecision:
    return WebhookDecision(rule=made.because.rule, rulebook=made.rulebook, signals=tuple(made.signals))


def _clock(clock: Clock) -> WebhookClock:
    return WebhookClock(**_taken(clock, _CLOCK), unverified=unverified(clock.evidence))


def _step(step: Step) -> WebhookStep:
    return WebhookStep(**_taken(step, _STEP))


def _acknowledgement(known: Acknowledgement) -> WebhookAcknowledgement:
    # Why one failed is what a vendor said, and may quote an address; why one was withheld are codes of ours.
    reason = known.reason if known.state == "withheld" else None
    return WebhookAcknowledgement(state=known.state, sent_at=known.sent_at, channel=known.channel, reason=reason)


def _taken(source: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(source, name) for name in names}
