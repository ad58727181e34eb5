"""Why a clock is due when it is: each step from its start to the due instant, by the terms that computed the date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.responder.domain.clock import Clock
from services.responder.domain.days import day_of_receipt, due_day
from services.responder.domain.holiday_sets import fingerprint
from services.responder.domain.intervals import DayCount, Interval, Pause, of_days, of_working_time, why_not
from services.responder.domain.terms import Terms
from services.responder.domain.working_time import WorkingHours
from shared.rulebook.allowance import Allowance
from shared.rulebook.happenings import EVIDENCE, Evidence, unverified
from shared.rulebook.policies import ClockTerms

Ends = Literal["at_the_instant", "end_of_day", "close_of_business"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A date that was moved after it had been promised."""

    at: datetime
    by: str
    entry: str
    before: datetime
    after: datetime
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidaySet:
    """The public holidays of a year that were looked at; the hash tells one edition of them from another."""

    country: str
    subdivision: str | None
    year: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """How the days of a clock of days were counted."""

    received_on: date
    """The local day that counts as the day of receipt."""
    first_day_counts: bool
    after_hours: bool
    """It came after the last shift, so that the next working day counts as the day of receipt."""
    last_day: date
    roll: Literal["none", "forward"]
    rolled_from: date | None
    falls_on: str | None
    """What the due day is, where it is no business day: `weekend`, or the holiday's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A clock's way from its start to its due instant.

    `computed_due_at` is what the rulebook at hand makes of the start and the allowance; where a promise in the ledger
    differs, the promise stands.
    """

    kind: str
    policy: str
    source: str
    source_says: str
    note: str
    evidence: Evidence
    evidence_says: str
    unverified: bool
    starts_at: str
    started_at: datetime
    allowance: Allowance
    due_at: datetime
    computed_due_at: datetime
    calendar: str
    calendar_title: str
    zone: str
    ends: Ends
    days: Days | None
    intervals: tuple[Interval, ...]
    counted_days: int | None
    counted_seconds: int | None
    holiday_sets: tuple[HolidaySet, ...]
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What happened to a clock since it was started, beside the passing of time."""

    due_at: datetime
    pauses: tuple[Pause, ...] = ()
    moves: tuple[Move, ...] = ()
    policy: str | None = None
    source: str | None = None
    evidence: Evidence | None = None


def explain(
    terms: Terms, kind: str, started_at: datetime, *, allowance: Allowance | None = None, lived: Lived | None = None
) -> Explanation:
    """Return why a clock that starts at an instant is due when it is; with `lived`, why it is due when it now is."""
    policy, hours = terms.policy, terms.hours_of(kind)
    allowance = allowance or policy.clocks[kind].allowance
    # A clock may outlive its policy: what the ledger holds of it is then all there is.
    clock = policy.clocks.get(kind) or ClockTerms(allowance=allowance)
    lived = lived or Lived(due_at=terms.due(kind, started_at, allowance))
    computed = terms.due(kind, started_at, allowance) if kind in policy.clocks else lived.due_at
    days = _days(terms, clock, hours, started_at, allowance, lived) if allowance.in_days else None
    intervals = _intervals(hours, started_at, lived, allowance, days)
    evidence = lived.evidence or policy.evidence_of(kind)
    counted = [one for one in intervals if one.counts]
    return Explanation(
        kind=kind,
        policy=lived.policy or policy.policy,
        source=lived.source or policy.source,
        source_says=clock.source_says,
        note=clock.note,
        evidence=evidence,
        evidence_says=EVIDENCE[evidence],
        unverified=unverified(evidence),
        starts_at=clock.starts_at,
        started_at=started_at,
        allowance=allowance,
        due_at=lived.due_at,
        computed_due_at=computed,
        calendar=hours.name,
        calendar_title=hours.calendar.title,
        zone=hours.calendar.zone,
        ends=clock.due_time if allowance.in_days else "at_the_instant",
        days=days,
        intervals=intervals,
        counted_days=sum(one.days or 0 for one in counted) if days else None,
        counted_seconds=None if days else sum(one.seconds or 0 for one in counted),
        holiday_sets=_holiday_sets(hours, started_at, lived.due_at),
        moves=lived.moves,
    )


def explain_clock(terms: Terms, clock: Clock, *, pauses: Sequence[Pause], moves: Sequence[Move]) -> Explanation:
    """Return why a clock of a complaint is due when it is, its pauses and extensions told."""
    lived = Lived(
        due_at=clock.due_at,
        pauses=tuple(pauses),
        moves=tuple(moves),
        policy=clock.policy,
        source=clock.source,
        evidence=next((mark for mark in EVIDENCE if mark == clock.evidence), None),
    )
    allowance = Allowance.of_iso(clock.allowance, clock.unit)
    return explain(terms, clock.kind, clock.started_at, allowance=allowance, lived=lived)


def _days(
    terms: Terms, clock: ClockTerms, hours: WorkingHours, at: datetime, allowance: Allowance, lived: Lived
) -> Days:  # fmt: skip
    receipt = day_of_receipt(at, hours, after_hours_count_next_day=terms.policy.after_hours_count_next_day)
    counts_first = terms.counts_first_day(clock)
    roll = terms.rolls(clock)
    last = due_day(receipt, allowance, hours, count_first_day=counts_first, roll="none")
    falls_on = hours.local_date(lived.due_at)
    rolled = roll == "forward" and not lived.moves and falls_on > last
    why, name = why_not(falls_on, hours, "business_days")
    return Days(
        received_on=receipt,
        first_day_counts=counts_first,
        after_hours=receipt > hours.local_date(at),
        last_day=falls_on,
        roll=roll,
        rolled_from=last if rolled else None,
        falls_on=None if hours.is_business_day(falls_on) else name or why,
    )


def _intervals(
    hours: WorkingHours, at: datetime, lived: Lived, allowance: Allowance, days: Days | None
) -> tuple[Interval, ...]:  # fmt: skip
    if days is None:
        return of_working_time(at, lived.due_at, hours, lived.pauses)
    count = DayCount(
        unit=allowance.unit,
        receipt=days.received_on,
        counts_receipt=days.first_day_counts,
        last=days.rolled_from or days.last_day,
    )
    return of_days(at, lived.due_at, hours, count, lived.pauses)


def _holiday_sets(hours: WorkingHours, first: datetime, last: datetime) -> tuple[HolidaySet, ...]:
    country, part = hours.calendar.country, hours.calendar.subdivision
    if country is None:
        return ()
    years = range(hours.local_date(first).year, hours.local_date(last).year + 1)
    return tuple(
        HolidaySet(country=country, subdivision=part, year=year, hash=fingerprint(country, part, year))
        for year in years
    )
