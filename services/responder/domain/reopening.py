"""Waiting that ends and complaints that open again: both set clocks going, whoever caused it."""

from __future__ import annotations

from datetime import datetime

from services.responder.domain.entries import Entry
from services.responder.domain.recording import entry
from services.responder.domain.terms import Terms
from services.responder.domain.work import WorkState


def resumption(
    state: WorkState, *, reason: str, terms: Terms, by: str, at: datetime, after: int = 0
) -> tuple[Entry, ...]:  # fmt: skip
    """Return the entry that ends the waiting, with the dates of the clocks that stood still; none if it does not."""
    if state.state != "waiting_for_customer":
        return ()
    clocks = {kind: terms.resumption(c, at) for kind, c in state.clocks.items() if c.state == "paused"}
    return (entry(state, "resumed", at=at, by=by, data={"reason": reason, "clocks": clocks}, after=after),)


def reopening(
    state: WorkState, *, reason: str, terms: Terms, by: str, at: datetime, after: int = 0
) -> tuple[Entry, ...]:  # fmt: skip
    """Return the entry that opens a resolved or closed complaint again; none if it is open.

    `resolve` and what repeats start a new round; what was met or missed before stays counted. A window that our last
    word opened is void: the next last word opens it anew.
    """
    if state.is_open:
        return ()
    again = [kind for kind in terms.policy.clocks if kind == "resolve" or terms.policy.repeats(kind)]
    clocks = {
        kind: terms.restart(state.clocks[kind], at) if kind == "resolve" else terms.start(kind, at)
        for kind in again
        if kind in state.clocks
    }
    data = {"reason": reason, "clocks": clocks, "cancels": list(filter(terms.policy.begins_with_the_end, state.clocks))}
    return (entry(state, "reopened", at=at, by=by, data=data, after=after),)
