"""How time passed for a clock: the intervals that counted, those that did not, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from services.responder.domain.days import counting_of
from services.responder.domain.working_time import WorkingHours, holiday, start_of_day
from shared.rulebook.allowance import Unit
from shared.rulebook.calendars import Closure

Why = Literal[
    "counted", "outside_hours", "weekend", "holiday", "closure", "no_shift", "pause", "first_day", "after_hours", "roll"
]  # fmt: skip

_DAY = timedelta(days=1)
_WEEKEND = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A time in which the clock stood still; `days` is by how many days it moved a clock of days, at the most all."""

    begins_at: datetime
    ends_at: datetime
    ground: str | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A stretch of time, half-open; `name` is the holiday's, the closure's or the ground of the pause.

    `days` is how many days of the allowance it took, for clocks of days; `seconds` how much time, for the others.
    """

    begins_at: datetime
    ends_at: datetime
    counts: bool
    why: Why
    name: str | None = None
    days: int | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """How a clock of days counts: from which day, whether that is day one, and after which day it only rolled on."""

    unit: Unit
    receipt: date
    counts_receipt: bool
    last: date


def of_working_time(
    start: datetime, end: datetime, hours: WorkingHours, pauses: Sequence[Pause]
) -> tuple[Interval, ...]:  # fmt: skip
    """Return how working time passed from `start` to `end`."""
    pieces = (piece for day in _days(hours.local_date(start), hours.local_date(end)) for piece in _of_day(day, hours))
    told = [part for piece in pieces for part in _without(_clipped(piece, start, end), pauses)]
    return tuple(
        replace(one, seconds=int((one.ends_at - one.begins_at).total_seconds())) if one.counts else one
        for one in _merged(told)
    )


def of_days(
    start: datetime, end: datetime, hours: WorkingHours, count: DayCount, pauses: Sequence[Pause]
) -> tuple[Interval, ...]:
    """Return how days passed from the instant `start` to the instant `end`."""
    stood_still = _days_of_pauses(pauses, count.unit, hours)
    told = []
    for day in _days(hours.local_date(start), hours.local_date(end)):
        counts, why, name = _kind_of(day, hours, count, stood_still)
        begins, ends = start_of_day(day, hours.zone), start_of_day(day + _DAY, hours.zone)
        whole = Interval(begins_at=begins, ends_at=ends, counts=counts, why=why, name=name, days=1 if counts else None)
        told += _clipped(whole, start, end)
    return _merged(told)


def why_not(day: date, hours: WorkingHours, unit: Unit) -> tuple[Why, str | None]:
    """Return why a day is none that counts, with the name of the holiday or closure."""
    calendar, closure = hours.calendar, _closure(day, hours)
    if closure is not None and unit != "business_days":
        return "closure", closure.name
    named = holiday(calendar, day)
    if named is not None and (unit == "business_days" or not (calendar.always or calendar.works_on_holidays)):
        return "holiday", named
    return ("weekend" if day.weekday() >= _WEEKEND else "no_shift"), None


def _kind_of(
    day: date, hours: WorkingHours, count: DayCount, stood_still: dict[date, str | None]
) -> tuple[bool, Why, str | None]:  # fmt: skip
    counted: Callable[[date], bool] = counting_of(count.unit, hours) or (lambda _day: True)
    if day < count.receipt:
        return False, "after_hours", None
    if day == count.receipt and not count.counts_receipt:
        return False, "first_day", None
    if day > count.last:
        return False, "roll", _name(day, hours)
    if day in stood_still:
        return False, "pause", stood_still[day]
    if counted(day):
        return True, "counted", None
    return (False, *why_not(day, hours, count.unit))


def _name(day: date, hours: WorkingHours) -> str | None:
    return holiday(hours.calendar, day)


def _days_of_pauses(pauses: Sequence[Pause], unit: Unit, hours: WorkingHours) -> dict[date, str | None]:
    """Return the days that pauses took: those after the one on which a pause began, as many as it moved the date by."""
    counted = counting_of(unit, hours) or (lambda _day: True)
    found: dict[date, str | None] = {}
    for pause in pauses:
        first, last = hours.local_date(pause.begins_at), hours.local_date(pause.ends_at)
        left = (last - first).days if pause.days is None else pause.days
        for day in _days(first + _DAY, last):
            if counted(day) and left <= 0:
                break
            left -= counted(day)
            found[day] = pause.ground
    return found


def _of_day(day: date, hours: WorkingHours) -> Iterator[Interval]:
    """Return a whole local day in pieces: its shifts, and what lies around them."""
    begins, ends = start_of_day(day, hours.zone), start_of_day(day + _DAY, hours.zone)
    shifts = hours.shifts(day)
    closure = _closure(day, hours)
    why: Why = "closure" if closure else "outside_hours"
    name = closure.name if closure else None
    if not shifts:
        why, name = why_not(day, hours, "hours")
    for opens, closes in shifts:
        yield Interval(begins_at=begins, ends_at=opens, counts=False, why=why, name=name)
        yield Interval(begins_at=opens, ends_at=closes, counts=True, why="counted")
        begins = closes
    yield Interval(begins_at=begins, ends_at=ends, counts=False, why=why, name=name)


def _closure(day: date, hours: WorkingHours) -> Closure | None:
    return next((one for one in hours.calendar.closures if one.on <= day <= (one.until or one.on)), None)


def _clipped(piece: Interval, start: datetime, end: datetime) -> list[Interval]:
    begins, ends = max(piece.begins_at, start), min(piece.ends_at, end)
    return [replace(piece, begins_at=begins, ends_at=ends)] if begins < ends else []


def _without(pieces: Iterable[Interval], pauses: Sequence[Pause]) -> Iterator[Interval]:
    """Return the pieces, what lies in a pause as the pause."""
    for piece in pieces:
        at = piece.begins_at
        for pause in pauses:
            begins, ends = max(at, pause.begins_at), min(piece.ends_at, pause.ends_at)
            if begins >= ends:
                continue
            if at < begins:
                yield replace(piece, begins_at=at, ends_at=begins)
            yield Interval(begins_at=begins, ends_at=ends, counts=False, why="pause", name=pause.ground)
            at = ends
        if at < piece.ends_at:
            yield replace(piece, begins_at=at)


def _merged(pieces: Iterable[Interval]) -> tuple[Interval, ...]:
    told: list[Interval] = []
    for piece in pieces:
        last = told[-1] if told else None
        if last and last.ends_at == piece.begins_at and _alike(last) == _alike(piece):
            days = (last.days or 0) + (piece.days or 0) or None
            told[-1] = replace(last, ends_at=piece.ends_at, days=days)
        else:
            told.append(piece)
    return tuple(told)


def _alike(piece: Interval) -> tuple[bool, Why, str | None]:
    return piece.counts, piece.why, piece.name


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY
