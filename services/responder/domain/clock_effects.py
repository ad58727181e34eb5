"""What each kind of entry does to the clocks of a complaint."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from services.responder.domain import clock as transitions
from services.responder.domain.clock import Clock
from services.responder.domain.entries import Entry

Clocks = dict[str, Clock]

ENDS: dict[str, tuple[str, ...]] = {
    "acknowledged": ("acknowledged",),
    "human_message": ("acknowledged", "human_message"),
    "final_message": ("acknowledged", "human_message", "final_message"),
    "resolved": ("resolved",),
}
"""Which promises a happening keeps: a human answer acknowledges too, an automatic one is no human answer.

What is not named keeps the promises that are met by it alone."""


def happened(clocks: Clocks, entry: Entry) -> tuple[Clocks, int, int]:
    """Return the clocks after an entry, and how many promises of rounds that it ended were kept and missed."""
    clocks = _one_clock(_stopped(clocks, entry), entry)
    cancels = entry.data.get("cancels")
    if cancels:
        clocks = _each(clocks, cancels, lambda c: transitions.cancelled(c, at=entry.at))
    if entry.kind == "waiting":
        return _each(clocks, entry.data.get("goes_on", ()), lambda c: transitions.going_on(c, on=True)), 0, 0
    if entry.kind == "resumed":
        clocks = _each(clocks, tuple(clocks), lambda c: transitions.going_on(c, on=False))
        return _resumed(clocks, entry.data.get("clocks", {})), 0, 0
    if entry.kind == "rebased":
        dated: dict[str, Any] = entry.data.get("clocks", {})
        return _each(clocks, tuple(dated), lambda c: transitions.rebased(c, dated[c.kind])), 0, 0
    return _started(clocks, entry.data.get("clocks", {}))


def all_paused(clocks: Clocks, *, at: datetime) -> Clocks:
    """Return the clocks, every one that runs and may pause standing still."""
    return _each(clocks, tuple(clocks), lambda c: transitions.paused(c, at=at))


def all_started(data: dict[str, Any]) -> Clocks:
    """Return the clocks that an entry starts on a complaint that has none."""
    return {kind: transitions.started(kind, terms, previous=None) for kind, terms in data.items()}


def outcome(clock: Clock) -> tuple[int, int]:
    """Return (kept, missed) of one clock: each is 1 where the promise was kept, or broken; a window is no promise."""
    if clock.expires != "breach":
        return 0, 0
    return int(clock.state == "met"), int(clock.state in ("breached", "met_late"))


def _stopped(clocks: Clocks, entry: Entry) -> Clocks:
    if entry.kind == "acknowledgement_failed" and entry.data.get("was_sent"):
        return _each(clocks, ("acknowledge",), transitions.unmet)
    happening = _happening(entry)
    if not happening:
        return clocks
    met = ENDS.get(happening, (happening,))
    ended = tuple(kind for kind, clock in clocks.items() if clock.met_by in met)
    return _each(clocks, ended, lambda c: transitions.stopped(c, at=entry.at))


def _happening(entry: Entry) -> str:
    match entry.kind:
        case "acknowledged":
            return "acknowledged"
        case "reply_sent":
            return "final_message" if entry.data.get("final") else "human_message"
        case "resolved":
            return "resolved"
        case "told":
            return str(entry.data["what"])
        case _:
            return ""


def _one_clock(clocks: Clocks, entry: Entry) -> Clocks:
    """Return the clocks after an entry that concerns the one it names."""
    if "clock" not in entry.data:
        return clocks
    named = (str(entry.data["clock"]),)
    match entry.kind:
        case "at_risk":
            return _each(clocks, named, transitions.warned)
        case "breached":
            return _each(clocks, named, transitions.overdue)
        case "lapsed":
            return _each(clocks, named, lambda c: transitions.cancelled(c, at=entry.at))
        case "extended":
            return _each(clocks, named, lambda c: transitions.extended(c, entry.data))
        case _:
            return clocks


def _resumed(clocks: Clocks, dated: dict[str, Any]) -> Clocks:
    return _each(clocks, tuple(dated), lambda c: transitions.resumed(c, dated[c.kind]))


def _started(clocks: Clocks, starts: dict[str, Any]) -> tuple[Clocks, int, int]:
    if not starts:
        return clocks, 0, 0
    ended = [outcome(clocks[kind]) for kind in starts if kind in clocks]
    fresh = {kind: transitions.started(kind, data, previous=clocks.get(kind)) for kind, data in starts.items()}
    return clocks | fresh, sum(kept for kept, _ in ended), sum(missed for _, missed in ended)


def _each(clocks: Clocks, kinds: Iterable[str], change: Callable[[Clock], Clock]) -> Clocks:
    changed = {kind: change(clocks[kind]) for kind in kinds if kind in clocks}
    return clocks | changed if changed else clocks
