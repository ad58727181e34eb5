"""The terms of a policy made ready to compute with: when its clocks are due, at risk, and due again after a pause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from services.responder.domain.clock import Clock
from services.responder.domain.days import day_of_receipt, days_after, days_between, due_day
from services.responder.domain.entries import written
from services.responder.domain.working_time import WorkingHours, consumed, deadline, end_of_day, working_hours
from shared.rulebook.allowance import Allowance, Unit
from shared.rulebook.calendars import Calendar
from shared.rulebook.policies import ClockTerms, Policy

_ELAPSED: tuple[Unit, ...] = ("calendar_days", "weeks", "months")
_DAYS_OF: Mapping[Unit, int] = {"calendar_days": 1, "business_days": 1, "working_days": 1, "weeks": 7, "months": 31}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A policy with the working hours that its clocks count by."""

    policy: Policy
    hours: Mapping[str, WorkingHours]

    def hours_of(self, kind: str) -> WorkingHours:
        """Return the hours a clock counts by; those of the policy for a clock that the policy no longer has."""
        return self.hours[self.policy.calendar_of(kind) if kind in self.policy.clocks else self.policy.calendar]

    def due(self, kind: str, started_at: datetime, allowance: Allowance | None = None) -> datetime:
        """Return when a clock started at an instant is due, by its own allowance or by another."""
        clock, hours = self.policy.clocks[kind], self.hours_of(kind)
        allowance = allowance or clock.allowance
        if not allowance.in_days:
            return deadline(started_at, _length(allowance), hours)
        after_hours = self.policy.after_hours_count_next_day
        receipt = day_of_receipt(started_at, hours, after_hours_count_next_day=after_hours)
        day = due_day(receipt, allowance, hours, count_first_day=self.counts_first_day(clock), roll=self.rolls(clock))
        return max(_end(day, clock, hours), started_at)

    def at_risk(self, kind: str, unit: Unit, started_at: datetime, due_at: datetime) -> datetime:
        """Return when so much of the time up to `due_at` has passed that somebody should be warned."""
        hours = self.hours_of(kind)
        whole = measure(started_at, due_at, unit, hours)
        if not whole:  # nobody works before it is due: warn by the clock on the wall
            return started_at + (due_at - started_at) * self.policy.at_risk_after
        warning = advance(started_at, whole * self.policy.at_risk_after, unit, hours).replace(microsecond=0)
        return min(max(warning, started_at), due_at)

    def start(
        self, kind: str, at: datetime, *, allowance: Allowance | None = None, due_at: datetime | None = None
    ) -> dict[str, Any]:
        """Return what an entry says of a clock that starts at an instant; a given due date stands as it is."""
        clock = self.policy.clocks[kind]
        allowance = allowance or clock.allowance
        due_at = due_at or self.due(kind, at, allowance)
        return {
            "started_at": written(at),
            "due_at": written(due_at),
            "at_risk_at": written(self.at_risk(kind, allowance.unit, at, due_at)),
            "allowance": allowance.iso(),
            "unit": allowance.unit,
            "policy": self.policy.policy,
            "source": self.policy.source,
            "evidence": self.policy.evidence_of(kind),
            "calendar": self.policy.calendar_of(kind),
            "met_by": self.policy.met_by(kind),
            "pauses": clock.pauses,
            "expires": clock.expires,
        }

    def starts(self, at: datetime, *happenings: str, running: Mapping[str, Clock]) -> dict[str, Any]:
        """Return what an entry says of the clocks that these happenings start, or start again."""
        fresh = [k for k, c in self.policy.clocks.items() if c.starts_at in happenings]
        kinds = [k for k in fresh if k not in running or self._opens_again(running[k])]
        kinds += [k for k, c in running.items() if c.met_by in happenings and self._repeats(k)]
        return {kind: self.start(kind, at) for kind in kinds}

    def resumption(self, clock: Clock, at: datetime) -> dict[str, Any]:
        """Return what an entry says of a paused clock that runs again: its dates, moved by what the pause took."""
        hours, since = self.hours_of(clock.kind), clock.paused_at or at
        at_risk_at = clock.at_risk_at
        if not clock.at_risk and at_risk_at > since:
            at_risk_at = advance(at, measure(since, at_risk_at, clock.unit, hours), clock.unit, hours)
        days = self._days_of(clock, since, at, hours)
        return {
            "due_at": written(self._moved(clock, since, at, hours, days=days)),
            "at_risk_at": written(at_risk_at),
            "paused_days": days,
            "paused_seconds": measure(since, at, clock.unit, hours).total_seconds(),
        }

    def restart(self, previous: Clock, at: datetime) -> dict[str, Any]:
        """Return what an entry says of a clock that a re-opened complaint sets going again.

        Its first date stands while that lies ahead, but the policy's re-open allowance is given at least; without one,
        a date that has passed is followed by the whole allowance anew.
        """
        allowance = self.policy.reopen_allowance
        if allowance is None:
            return self.start(previous.kind, at, due_at=previous.due_at if previous.due_at > at else None)
        due_at = self.due(previous.kind, at, allowance)
        return self.start(previous.kind, at, allowance=allowance, due_at=max(due_at, previous.due_at))

    def after(self, at: datetime, allowance: Allowance) -> datetime:
        """Return when an allowance that belongs to no clock has passed, by the policy's own calendar."""
        hours = self.hours[self.policy.calendar]
        if not allowance.in_days:
            return deadline(at, _length(allowance), hours)
        return hours.closes(due_day(hours.local_date(at), allowance, hours, count_first_day=False, roll="none"))

    def _moved(self, clock: Clock, since: datetime, at: datetime, hours: WorkingHours, *, days: int) -> datetime:
        if clock.unit in ("minutes", "hours"):
            return deadline(at, consumed(since, clock.due_at, hours), hours)
        if not days:
            return clock.due_at
        day = days_after(hours.local_date(clock.due_at), days, clock.unit, hours)
        return _end(day, self.policy.clocks.get(clock.kind), hours)

    def _days_of(self, clock: Clock, since: datetime, at: datetime, hours: WorkingHours) -> int:
        """Return by how many days a pause moves the date of a clock of days.

        Never more in all than the policy's pause: else many short waits over midnight would win a day each.
        """
        if clock.unit in ("minutes", "hours"):
            return 0
        days = days_between(hours.local_date(since), hours.local_date(at), clock.unit, hours)
        pause = self.policy.pause
        most = _DAYS_OF.get(pause.at_most.unit) if pause else None
        return days if pause is None or most is None else min(days, pause.at_most.amount * most - clock.paused_days)

    def _opens_again(self, clock: Clock) -> bool:
        """Tell whether a window that our last word opened opens anew with the next, once the first is void."""
        return clock.state == "cancelled" and self.policy.begins_with_the_end(clock.kind)

    def _repeats(self, kind: str) -> bool:
        return kind in self.policy.clocks and self.policy.repeats(kind)

    def after_pauses(self, clock: Clock, due_at: datetime, *, unit: Unit) -> datetime:
        """Return a date moved by what the clock's pauses have taken in all."""
        hours = self.hours_of(clock.kind)
        if unit in ("minutes", "hours"):
            return deadline(due_at, timedelta(seconds=clock.paused_seconds), hours) if clock.paused_seconds else due_at
        if not clock.paused_days:
            return due_at
        day = days_after(hours.local_date(due_at), clock.paused_days, unit, hours)
        return _end(day, self.policy.clocks.get(clock.kind), hours)

    def counts_first_day(self, clock: ClockTerms) -> bool:
        """Tell whether the day on which the clock starts is day one."""
        return self.policy.count_first_day if clock.count_first_day is None else clock.count_first_day

    def rolls(self, clock: ClockTerms) -> Literal["none", "forward"]:
        """Return whether an end on no business day moves to the next."""
        return clock.roll or self.policy.roll


def terms_of(policy: Policy, calendars: Mapping[str, Calendar], *, calendar: str | None = None) -> Terms:
    """Return a policy made ready to compute with; build it once per policy and rulebook.

    A queue that keeps hours of its own says so by `calendar`; clocks with a calendar of their own keep that.
    """
    if calendar is not None:
        policy = policy.model_copy(update={"calendar": calendar})
    return Terms(policy=policy, hours=_hours(policy.calendar_names(), calendars))


def _hours(names: Iterable[str], calendars: Mapping[str, Calendar]) -> dict[str, WorkingHours]:
    return {name: working_hours(name, calendars[name]) for name in names}


def measure(start: datetime, end: datetime, unit: Unit, hours: WorkingHours) -> timedelta:
    """Return the time between two instants as a clock of that unit feels it pass."""
    return max(end - start, timedelta()) if unit in _ELAPSED else consumed(start, end, hours)


def advance(start: datetime, amount: timedelta, unit: Unit, hours: WorkingHours) -> datetime:
    """Return the instant at which `amount` has passed since `start` as a clock of that unit feels it."""
    return start + amount if unit in _ELAPSED else deadline(start, amount, hours)


def consumed_seconds(clock: Clock, *, terms: Terms, now: datetime) -> int:
    """Return how many seconds of its allowance a clock has used, pauses taken out."""
    end = clock.stopped_at or clock.paused_at or now
    spent = measure(clock.started_at, end, clock.unit, terms.hours_of(clock.kind)).total_seconds()
    return max(0, int(spent - clock.paused_seconds))


def _length(allowance: Allowance) -> timedelta:
    return timedelta(minutes=allowance.amount) if allowance.unit == "minutes" else timedelta(hours=allowance.amount)


def _end(day: date, clock: ClockTerms | None, hours: WorkingHours) -> datetime:
    if clock is not None and clock.due_time == "close_of_business":
        return hours.closes(day)
    return end_of_day(day, hours.zone)
