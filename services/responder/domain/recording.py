"""How functions that decide write down what they decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.responder.domain.entries import Entry, EntryKind
from services.responder.domain.refusal import conflict
from services.responder.domain.work import WorkState


def entry(
    state: WorkState, kind: EntryKind, *, at: datetime, by: str, data: dict[str, Any] | None = None, after: int = 0
) -> Entry:
    """Return the next entry of a timeline; `after` counts the entries that go before it in the same breath."""
    return Entry(seq=state.seq + 1 + after, at=at, kind=kind, by=by, data=data or {})


def must_be_open(state: WorkState, what: str) -> None:
    """Return only for a complaint that is not resolved yet; `what` says what cannot be done to one that is."""
    if not state.is_open:
        raise conflict(f"the complaint is {state.state}: it cannot be {what}; re-open it first")


def must_not_be_closed(state: WorkState, what: str) -> None:
    """Return only for a complaint that is not closed."""
    if state.state == "closed":
        raise conflict(f"the complaint is closed: it cannot be {what}; re-open it first")
