"""What the router tells becomes entries: customers write, edit and come back; people transfer and correct."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from services.responder.domain.entries import CUSTOMER, Entry
from services.responder.domain.recording import entry
from services.responder.domain.reopening import reopening, resumption
from services.responder.domain.terms import Terms
from services.responder.domain.work import WorkState

WROTE_AGAIN = "new_information"


def customer_wrote(
    state: WorkState, *, message_id: str, at: datetime, routed_sequence: int, terms: Terms, now: datetime
) -> tuple[Entry, ...]:
    """Return the entries for a message that joined: it ends the waiting, and opens again what is resolved or closed.

    The router re-opens what it knows to be closed; one that was closed a moment ago comes here as an ordinary message
    and must not vanish in a finished complaint.
    """
    reason = WROTE_AGAIN
    return _wrote(state, message_id, at=at, routed_sequence=routed_sequence, terms=terms, reason=reason, now=now)


def customer_reopened(
    state: WorkState,
    *,
    message_id: str | None,
    at: datetime,
    routed_sequence: int,
    terms: Terms,
    now: datetime,
    reason: str = WROTE_AGAIN,
) -> tuple[Entry, ...]:
    """Return the entries for a message that opens the complaint again."""
    return _wrote(state, message_id, at=at, routed_sequence=routed_sequence, terms=terms, reason=reason, now=now)


def message_changed(
    state: WorkState,
    *,
    kind: Literal["message_edited", "message_removed"],
    message_id: str | None,
    at: datetime,
    routed_sequence: int,
) -> tuple[Entry, ...]:
    """Return the entry for a message that its author edited or removed; the first words are kept elsewhere."""
    return (
        entry(state, kind, at=at, by=CUSTOMER, data={"message_id": message_id, "routed_sequence": routed_sequence}),
    )


def transferred(
    state: WorkState, *, queue: str, by: str, reason: str | None, at: datetime, routed_sequence: int
) -> tuple[Entry, ...]:  # fmt: skip
    """Return the entry for a transfer: another queue, no owner yet; no clock moves."""
    data = {"queue": queue, "previous_queue": state.queue, "reason": reason, "routed_sequence": routed_sequence}
    return (entry(state, "transferred", at=at, by=by, data=data),)


def recategorised(
    state: WorkState,
    *,
    category: str,
    subcategory: str | None,
    severity: str,
    priority: str,
    by: str,
    reason: str | None,
    at: datetime,
    routed_sequence: int,
) -> tuple[Entry, ...]:
    """Return the entry for a correction of what the complaint is about; no clock moves."""
    data: dict[str, Any] = {
        "category": category,
        "subcategory": subcategory,
        "severity": severity,
        "priority": priority,
        "previous_category": state.category,
        "reason": reason,
        "routed_sequence": routed_sequence,
    }
    return (entry(state, "recategorised", at=at, by=by, data=data),)


def _wrote(
    state: WorkState,
    message_id: str | None,
    *,
    at: datetime,
    routed_sequence: int,
    terms: Terms,
    reason: str,
    now: datetime,
) -> tuple[Entry, ...]:
    data = {"message_id": message_id, "routed_sequence": routed_sequence}
    message = entry(state, "message", at=at, by=CUSTOMER, data=data)
    came_at = min(max(at, _changed_at(state)), now)  # clocks never run on from before they stood still
    resumed = resumption(state, reason="customer_wrote", terms=terms, by=CUSTOMER, at=came_at, after=1)
    reopened = reopening(state, reason=reason, terms=terms, by=CUSTOMER, at=came_at, after=1)
    return (message, *resumed, *reopened)


def _changed_at(state: WorkState) -> datetime:
    moments = (state.waiting_since, state.resolved_at, state.closed_at, state.received_at)
    return max(moment for moment in moments if moment is not None)
