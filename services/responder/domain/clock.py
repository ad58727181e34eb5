"""One SLA clock and what can happen to it: pure transitions between its six states.

running --met in time--> met            paused --resumed--> running
running --past due-----> breached       breached --met----> met_late
running --waiting------> paused         any unfinished --nothing owed any more--> cancelled
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from services.responder.domain.entries import instant
from services.responder.domain.replacing import replace
from shared.rulebook.allowance import Unit

ClockState = Literal["running", "paused", "met", "met_late", "breached", "cancelled"]
_REBASED_TOO = ("allowance", "unit", "calendar", "evidence", "source")
UNFINISHED: tuple[ClockState, ...] = ("running", "paused", "breached")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A promise of time to one complaint.

    `at_risk` tells that the warning has fired. `round` counts how often the clock has been started: a repeating clock
    starts anew each time it is met. `paused_seconds` is what the pauses took, in the measure that the clock counts by;
    `paused_days` by how many days they moved its date. It `goes_on` while we wait on a ground that does not stop it.
    """

    kind: str
    state: ClockState
    started_at: datetime
    due_at: datetime
    at_risk_at: datetime
    allowance: str
    unit: Unit
    policy: str
    source: str
    evidence: str
    calendar: str
    met_by: str
    pauses: bool = False
    expires: str = "breach"
    stopped_at: datetime | None = None
    paused_at: datetime | None = None
    paused_seconds: float = 0.0
    paused_days: int = 0
    goes_on: bool = False
    at_risk: bool = False
    extensions: int = 0
    round: int = 1


def started(kind: str, data: dict[str, Any], *, previous: Clock | None) -> Clock:
    """Return a clock as an entry's data starts it, in the round after the previous one."""
    return Clock(
        kind=kind,
        state="running",
        started_at=instant(data["started_at"]),
        due_at=instant(data["due_at"]),
        at_risk_at=instant(data["at_risk_at"]),
        allowance=data["allowance"],
        unit=data["unit"],
        policy=data["policy"],
        source=data["source"],
        evidence=data["evidence"],
        calendar=data["calendar"],
        met_by=data["met_by"],
        pauses=data["pauses"],
        expires=data["expires"],
        round=previous.round + 1 if previous else 1,
    )


def stopped(clock: Clock, *, at: datetime) -> Clock:
    """Return the clock met at `at`: in time or late; one that is finished stays as it is.

    A breach that fired before a timely stop was recorded turns into a promise kept.
    """
    if clock.state not in UNFINISHED:
        return clock
    in_time = clock.state == "paused" or at <= clock.due_at
    return replace(clock, state="met" if in_time else "met_late", stopped_at=at, paused_at=None)


def unmet(clock: Clock) -> Clock:
    """Return a clock that runs as if it had never been met: what met it turned out not to have happened."""
    if clock.state not in ("met", "met_late"):
        return clock
    return replace(clock, state="breached" if clock.state == "met_late" else "running", stopped_at=None)


def paused(clock: Clock, *, at: datetime) -> Clock:
    """Return the clock standing still, if it runs and may."""
    if clock.state != "running" or not clock.pauses or clock.goes_on:
        return clock
    return replace(clock, state="paused", paused_at=at)


def resumed(clock: Clock, data: dict[str, Any]) -> Clock:
    """Return the clock running again towards the dates that the entry gives it."""
    if clock.state != "paused":
        return clock
    seconds = clock.paused_seconds + float(data["paused_seconds"])
    days = clock.paused_days + int(data.get("paused_days", 0))
    return replace(_dated(clock, data), state="running", paused_at=None, paused_seconds=seconds, paused_days=days)


def going_on(clock: Clock, *, on: bool) -> Clock:
    """Return the clock that goes on (or no longer does) while the complaint waits."""
    return clock if clock.goes_on == on else replace(clock, goes_on=on)


def extended(clock: Clock, data: dict[str, Any]) -> Clock:
    """Return the clock with a later date, its warning armed again."""
    if clock.state not in ("running", "paused"):
        return clock
    return replace(_dated(clock, data), at_risk=False, extensions=clock.extensions + 1)


def rebased(clock: Clock, data: dict[str, Any]) -> Clock:
    """Return the clock with dates computed anew, its warning armed again where that lies ahead.

    What is met or breached already stays.
    """
    if clock.state not in ("running", "paused"):
        return clock
    terms = {name: data.get(name, getattr(clock, name)) for name in _REBASED_TOO}
    return replace(_dated(clock, data), at_risk=clock.at_risk and not data.get("armed"), **terms)


def warned(clock: Clock) -> Clock:
    """Return the clock with its warning fired."""
    return replace(clock, at_risk=True) if clock.state == "running" else clock


def overdue(clock: Clock) -> Clock:
    """Return the clock breached, if it runs."""
    return replace(clock, state="breached", at_risk=True) if clock.state == "running" else clock


def cancelled(clock: Clock, *, at: datetime) -> Clock:
    """Return the clock cancelled: nothing is owed any more; a breach has happened and stays one."""
    if clock.state not in ("running", "paused"):
        return clock
    return replace(clock, state="cancelled", stopped_at=at, paused_at=None)


def _dated(clock: Clock, data: dict[str, Any]) -> Clock:
    return replace(clock, due_at=instant(data["due_at"]), at_risk_at=instant(data["at_risk_at"]))
