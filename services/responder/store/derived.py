"""What a complaint's state says, in columns of its own: the work list, the timers and the forecast search by them."""

from __future__ import annotations

from typing import Any, Final

from services.responder.domain.firing import next_instant
from services.responder.domain.work import WorkState
from services.responder.store.instants import or_never

_OWED: Final = ("running", "breached")

DERIVED: Final = {
    "reference": "text",
    "account": "text",
    "channel": "text",
    "queue": "text",
    "playbook": "text",
    "policy": "text",
    "priority": "text",
    "category": "text",
    "subcategory": "text",
    "severity": "text",
    "language": "text",
    "segment": "text",
    "owner": "text",
    "state": "text",
    "received_at": "timestamptz",
    "acknowledgement_state": "text",
    "at_risk": "boolean",
    "breached": "boolean",
    "next_due_at": "timestamptz",
    "resolve_due_at": "timestamptz",
    "timer_at": "timestamptz",
}


def derived(state: WorkState) -> tuple[Any, ...]:
    """Return the values of the columns DERIVED: what the state says, in columns of their own to be searched by."""
    owed = _OWED if state.state in ("open", "waiting_for_customer") else ("running",)
    dues = [c.due_at for c in state.clocks.values() if c.state in owed]
    resolve = state.clocks.get("resolve")
    return (
        state.reference,
        state.account,
        state.channel,
        state.queue,
        state.playbook,
        state.policy,
        state.priority,
        state.category,
        state.subcategory,
        state.severity,
        state.language,
        state.segment,
        state.owner,
        state.state,
        state.received_at,
        state.acknowledgement.state,
        any(c.state == "running" and c.at_risk for c in state.clocks.values()),
        any(c.state == "breached" for c in state.clocks.values()),
        or_never(min(dues, default=None)),
        resolve.due_at if resolve and resolve.state == "running" else None,
        next_instant(state),
    )
