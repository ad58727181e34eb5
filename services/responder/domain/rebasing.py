"""A calendar corrected, a holiday announced late, a policy changed: running clocks get the dates that hold now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from services.responder.domain.clock import Clock
from services.responder.domain.entries import SYSTEM, Entry, written
from services.responder.domain.explaining_words import allowance_words, day_words
from services.responder.domain.firing import after_time
from services.responder.domain.recording import entry
from services.responder.domain.terms import Terms
from services.responder.domain.work import WorkState
from services.responder.domain.working_time import WorkingHours, holiday
from shared.rulebook.allowance import Allowance, Unit

_DAY = timedelta(days=1)
_NAMED = 5


@after_time
def rebase(
    state: WorkState, *, terms: Terms, before: Terms | None, rulebook: str, now: datetime
) -> tuple[Entry, ...]:  # fmt: skip
    """Return the entry that gives running clocks the dates of the rulebook at hand; none where all of them hold.

    `before` is the policy as it was, to say why; without it only what differs is said. What was met or breached stays.
    So does a date that a person set, one that was carried over a re-opening, and one whose new date has passed already:
    a promise is not broken by a change of mind.
    """
    if terms.policy.policy != state.policy:
        return ()
    dated = {kind: data for kind, clock in state.clocks.items() if (data := _rebased(clock, terms, before, now))}
    if not dated:
        return ()
    data = {"reason": f"the rulebook {rulebook} counts otherwise", "rulebook": rulebook, "clocks": dated}
    return (entry(state, "rebased", at=now, by=SYSTEM, data=data),)


def _rebased(clock: Clock, terms: Terms, before: Terms | None, now: datetime) -> dict[str, Any] | None:
    kind, policy = clock.kind, terms.policy
    if clock.state not in ("running", "paused") or clock.extensions or kind not in policy.clocks:
        return None
    if clock.round > 1 and not policy.repeats(kind):
        return None
    allowance = policy.clocks[kind].allowance
    due_at = _due(clock, terms, allowance)
    if due_at == clock.due_at or due_at <= now:
        return None
    at_risk_at = max(terms.at_risk(kind, allowance.unit, clock.started_at, due_at), now)
    return {
        "due_at": written(due_at),
        "at_risk_at": written(at_risk_at),
        "previous_due_at": written(clock.due_at),
        "earlier": due_at < clock.due_at,
        "armed": at_risk_at > now,
        "allowance": allowance.iso(),
        "unit": allowance.unit,
        "calendar": policy.calendar_of(kind),
        "evidence": policy.evidence_of(kind),
        "source": policy.source,
        "why": "; ".join(_why(clock, terms, before, due_at)),
    }


def _due(clock: Clock, terms: Terms, allowance: Allowance) -> datetime:
    """Return when the clock is due by an allowance, what its pauses took added."""
    return terms.after_pauses(clock, terms.due(clock.kind, clock.started_at, allowance), unit=allowance.unit)


def _why(clock: Clock, terms: Terms, before: Terms | None, due_at: datetime) -> Iterator[str]:
    allowance, was = terms.policy.clocks[clock.kind].allowance, Allowance.of_iso(clock.allowance, clock.unit)
    if allowance != was:
        yield f"the policy gives {allowance_words(allowance)}, no longer {allowance_words(was)}"
    told = list(_days_that_differ(clock, terms, before, due_at)) if before else []
    yield from told[:_NAMED]
    if len(told) > _NAMED:
        yield f"and {len(told) - _NAMED} more days"
    if allowance == was and not told:
        yield f"the calendar {terms.hours_of(clock.kind).name} or the policy counts otherwise"


def _days_that_differ(clock: Clock, terms: Terms, before: Terms, due_at: datetime) -> Iterator[str]:
    was, now = before.hours_of(clock.kind), terms.hours_of(clock.kind)
    if clock.kind not in before.policy.clocks or _due(clock, before, _allowance(clock)) != clock.due_at:
        return  # it was not this edition that gave the date
    day, last = now.local_date(clock.started_at), now.local_date(max(due_at, clock.due_at))
    while day <= last:
        if _counts(day, was, clock.unit) != _counts(day, now, clock.unit):
            yield f"{day_words(day)}: {_changed(day, was, now, clock.unit)}"
        day += _DAY


def _allowance(clock: Clock) -> Allowance:
    return Allowance.of_iso(clock.allowance, clock.unit)


def _counts(day: date, hours: WorkingHours, unit: Unit) -> object:
    return hours.is_business_day(day) if unit == "business_days" else hours.shifts(day)


def _changed(day: date, was: WorkingHours, now: WorkingHours, unit: Unit) -> str:
    name, named = holiday(was.calendar, day), holiday(now.calendar, day)
    if named and not name:
        return f"is now a public holiday, {named}"
    if name and not named:
        return f"is no public holiday any more, {name}"
    return "counts now" if unit == "business_days" and now.is_business_day(day) else "has other hours now"
