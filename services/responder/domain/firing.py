"""What the passing of time does: warnings, breaches, windows that close, waiting that ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from services.responder.domain.clock import Clock
from services.responder.domain.entries import SYSTEM, Entry, EntryKind
from services.responder.domain.fold import apply_all
from services.responder.domain.recording import entry
from services.responder.domain.reopening import resumption
from services.responder.domain.terms import Terms
from services.responder.domain.work import WorkState

P = ParamSpec("P")
Decide = Callable[Concatenate[WorkState, P], tuple[Entry, ...]]


def pending(clock: Clock) -> datetime | None:
    """Return when a clock has something to tell next: its warning, then its end; nothing unless it runs."""
    if clock.state != "running":
        return None
    return clock.due_at if clock.at_risk or clock.expires == "lapse" else clock.at_risk_at


def next_instant(state: WorkState) -> datetime | None:
    """Return when time next does something to the complaint; nothing where it never will."""
    instants = [instant for clock in state.clocks.values() if (instant := pending(clock)) is not None]
    if state.waiting_until is not None:
        instants.append(state.waiting_until)
    return min(instants, default=None)


def fire(state: WorkState, *, terms: Terms, now: datetime) -> tuple[Entry, ...]:
    """Return everything that time has done by `now`, in order, each entry dated when it truly was due."""
    entries: list[Entry] = []
    while (instant := next_instant(state)) is not None and instant <= now:
        fired = _at(state, instant, terms)
        if not fired:
            raise AssertionError("time has something to do, and does nothing")
        entries += fired
        state = apply_all(state, fired)
    return tuple(entries)


def after_time(decide: Decide[P]) -> Decide[P]:
    """Return `decide` with what time has done by `now` recorded before it: nobody acts between a breach and its entry.

    Else a clock could be stopped, paused or extended in the moment after its end and never have been breached.
    """

    @wraps(decide)
    def decided(state: WorkState, /, *args: P.args, **given: P.kwargs) -> tuple[Entry, ...]:
        terms, now = given["terms"], given["now"]
        if not isinstance(terms, Terms) or not isinstance(now, datetime):
            raise TypeError("after_time is for functions that take `terms` and `now`")
        fired = fire(state, terms=terms, now=now)
        return (*fired, *decide(apply_all(state, fired), *args, **given))

    return decided


def _at(state: WorkState, instant: datetime, terms: Terms) -> tuple[Entry, ...]:
    if state.waiting_until == instant:
        return resumption(state, reason="until_passed", terms=terms, by=SYSTEM, at=instant)
    clock = next(clock for clock in state.clocks.values() if pending(clock) == instant)
    data = {"clock": clock.kind, "round": clock.round}
    return (entry(state, _kind(clock), at=instant, by=SYSTEM, data=data),)


def _kind(clock: Clock) -> EntryKind:
    if clock.expires == "lapse":
        return "lapsed"
    return "breached" if clock.at_risk else "at_risk"
