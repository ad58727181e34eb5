"""What each kind of entry does to the work itself; the clocks are `clock_effects`' affair."""

from __future__ import annotations

from typing import Any

from services.responder.domain import automatic_steps
from services.responder.domain.clock_effects import all_started
from services.responder.domain.entries import Entry, instant
from services.responder.domain.replacing import replace
from services.responder.domain.work import Acknowledgement, Resolution, Step, WorkState

ACKNOWLEDGEMENT = "acknowledgement"
_KEPT_QUEUES = 20


def opened(entry: Entry) -> WorkState:
    """Return the state with which a complaint begins."""
    data = entry.data
    return WorkState(
        seq=entry.seq,
        routed_sequence=int(data["routed_sequence"]),
        state="open",
        received_at=entry.at,
        clocks=all_started(data["clocks"]),
        steps=tuple(_step(step) for step in data["steps"]),
        messages_in=1,
        last_customer_at=entry.at,
        **{name: data[name] for name in OPENED_WITH},
    )


OPENED_WITH = (
    "reference", "account", "channel", "queue", "playbook", "policy", "priority", "category", "subcategory", "severity",
    "language", "segment", "rulebook", "automatic", "public", "outcome_sought",
)  # fmt: skip
"""What `opened` says of the complaint beside clocks and steps."""


def message(state: WorkState, entry: Entry) -> WorkState:
    """Count what the customer wrote."""
    return replace(state, messages_in=state.messages_in + 1, last_customer_at=entry.at)


def transferred(state: WorkState, entry: Entry) -> WorkState:
    """Move it to another queue, where nobody owns it yet; clocks go on."""
    queues = (*state.previous_queues, state.queue)[-_KEPT_QUEUES:]
    return replace(
        state, queue=entry.data["queue"], previous_queues=queues, owner=None, transfers=state.transfers + 1
    )  # fmt: skip


def recategorised(state: WorkState, entry: Entry) -> WorkState:
    """Take over what the correction says it is."""
    names = ("category", "subcategory", "severity", "priority")
    return replace(state, **{name: entry.data[name] for name in names if name in entry.data})


def acknowledgement_queued(state: WorkState, entry: Entry) -> WorkState:
    """Remember which message is on its way."""
    return replace(state, acknowledgement=Acknowledgement(state="queued", outbound_id=entry.data["outbound_id"]))


def acknowledgement_withheld(state: WorkState, entry: Entry) -> WorkState:
    """Remember why none was sent."""
    reason = ", ".join(entry.data["reasons"])
    steps = automatic_steps.not_taken(state.steps, ACKNOWLEDGEMENT, entry, reason=f"withheld: {reason}")
    return replace(state, acknowledgement=Acknowledgement(state="withheld", reason=reason), steps=steps)


def acknowledged(state: WorkState, entry: Entry) -> WorkState:
    """Remember that the customer was told, by which message and channel."""
    told = Acknowledgement(
        state="sent", outbound_id=entry.data["outbound_id"], sent_at=entry.at, channel=entry.data["channel"]
    )  # fmt: skip
    steps = automatic_steps.taken(state.steps, ACKNOWLEDGEMENT, entry, evidence=entry.data["outbound_id"])
    return replace(state, acknowledgement=told, acknowledged_at=state.acknowledged_at or entry.at, steps=steps)


def acknowledgement_failed(state: WorkState, entry: Entry) -> WorkState:
    """Remember that it never arrived."""
    failed = replace(state.acknowledgement, state="failed", reason=entry.data["reason"], sent_at=None)
    steps = automatic_steps.not_taken(state.steps, ACKNOWLEDGEMENT, entry, reason=f"failed: {entry.data['reason']}")
    return replace(state, acknowledgement=failed, acknowledged_at=None, steps=steps)


def acknowledgement_delivered(state: WorkState, _entry: Entry) -> WorkState:
    """Remember that it arrived."""
    return replace(state, acknowledgement=replace(state.acknowledgement, state="delivered"))


def reply_sent(state: WorkState, entry: Entry) -> WorkState:
    """Count a human message that left for the customer."""
    return replace(
        state,
        messages_out=state.messages_out + 1,
        first_human_at=state.first_human_at or entry.at,
        last_human_at=entry.at,
    )


def claimed(state: WorkState, entry: Entry) -> WorkState:
    """Name the owner."""
    return replace(state, owner=entry.data["owner"])


def released(state: WorkState, _entry: Entry) -> WorkState:
    """Leave it without an owner."""
    return replace(state, owner=None)


def waiting(state: WorkState, entry: Entry) -> WorkState:
    """Wait for the customer, or on the policy's own ground."""
    return replace(
        state,
        state="waiting_for_customer",
        waiting_until=instant(entry.data["until"]),
        waiting_reason=entry.data["reason"],
        waiting_since=entry.at,
        waiting_stops_clocks=not entry.data.get("goes_on"),
    )


def resumed(state: WorkState, entry: Entry) -> WorkState:
    """Wait no longer."""
    return replace(_not_waiting(state, entry), state="open")


def resolved(state: WorkState, entry: Entry) -> WorkState:
    """Record how it ended."""
    resolution = Resolution(
        outcome=entry.data["outcome"],
        root_cause=entry.data["root_cause"],
        redress=tuple(entry.data["redress"]),
        at=entry.at,
        by=entry.by,
    )
    return replace(
        _not_waiting(state, entry),
        state="resolved",
        resolution=resolution,
        resolved_at=entry.at,
        resolutions=state.resolutions + 1,
    )


def reopened(state: WorkState, _entry: Entry) -> WorkState:
    """Open it again; the owner stays."""
    return replace(
        state, state="open", resolution=None, resolved_at=None, closed_at=None, reopened=state.reopened + 1
    )  # fmt: skip


def closed(state: WorkState, entry: Entry) -> WorkState:
    """Close it."""
    return replace(state, state="closed", closed_at=entry.at)


def step(state: WorkState, entry: Entry) -> WorkState:
    """Record what became of a step of the playbook."""
    data = entry.data

    def settled(one: Step) -> Step:
        if one.step != data["step"]:
            return one
        return replace(
            one, state=data["state"], evidence=data.get("evidence"), reason=data.get("reason"), at=entry.at, by=entry.by
        )  # fmt: skip

    return replace(state, steps=tuple(settled(one) for one in state.steps))


def _step(data: dict[str, Any]) -> Step:
    due_at = data.get("due_at")
    return Step(**data | {"due_at": instant(due_at) if due_at else None})


def _not_waiting(state: WorkState, entry: Entry) -> WorkState:
    if state.waiting_since is None:
        return state
    # Only what made clocks stand still uses up the policy's pause.
    waited = max(0.0, (entry.at - state.waiting_since).total_seconds()) if state.waiting_stops_clocks else 0.0
    return replace(
        state,
        waiting_until=None,
        waiting_reason=None,
        waiting_since=None,
        waited_seconds=state.waited_seconds + waited,
    )
