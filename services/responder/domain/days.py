"""Allowances of whole days: on which local day they end."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, datetime, timedelta

from services.responder.domain.working_time import WorkingHours
from shared.rulebook.allowance import Allowance, Unit

_DAY = timedelta(days=1)
_SEARCH_DAYS = 4000


def day_of_receipt(received_at: datetime, hours: WorkingHours, *, after_hours_count_next_day: bool) -> date:
    """Return the local day that counts as the day of receipt."""
    day = hours.local_date(received_at)
    if not after_hours_count_next_day:
        return day
    if hours.is_working_day(day) and received_at < hours.closes(day):
        return day
    return _following(day, 1, hours.is_working_day)


def due_day(
    receipt: date, allowance: Allowance, hours: WorkingHours, *, count_first_day: bool, roll: str
) -> date:  # fmt: skip
    """Return the day on which an allowance of days ends.

    With `count_first_day` the day of receipt is day 1 (for business and working days: where it is one itself).
    Months end on the same day of the month, or on its last (Reg. (EEC) 1182/71, art. 3). With `roll` forward an end
    that falls on no business day moves to the next.
    """
    day = _end(receipt, allowance, hours, count_first_day=count_first_day)
    if roll == "forward" and not hours.is_business_day(day):
        return _following(day, 1, hours.is_business_day)
    return day


def days_between(first: date, last: date, unit: Unit, hours: WorkingHours) -> int:
    """Return how many days of a kind lie after `first` up to and with `last`; other units count calendar days."""
    counts = counting_of(unit, hours)
    if counts is None:
        return max(0, (last - first).days)
    return sum(1 for n in range(1, (last - first).days + 1) if counts(first + n * _DAY))


def days_after(first: date, number: int, unit: Unit, hours: WorkingHours) -> date:
    """Return the day that lies `number` days of a kind after `first`; other units count calendar days."""
    counts = counting_of(unit, hours)
    return first + number * _DAY if counts is None else _following(first, number, counts)


def _end(receipt: date, allowance: Allowance, hours: WorkingHours, *, count_first_day: bool) -> date:
    counts = counting_of(allowance.unit, hours)
    if counts is not None:
        number = allowance.amount - (count_first_day and counts(receipt))
        return _following(receipt, number, counts)
    if allowance.unit == "months":
        return _months_after(receipt, allowance.amount) - count_first_day * _DAY
    days = allowance.amount * (7 if allowance.unit == "weeks" else 1)
    return receipt + (days - count_first_day) * _DAY


def counting_of(unit: Unit, hours: WorkingHours) -> Callable[[date], bool] | None:
    """Return what tells the days of a kind from others; None where every day counts."""
    if unit == "business_days":
        return hours.is_business_day
    return hours.is_working_day if unit == "working_days" else None


def _following(day: date, number: int, counts: Callable[[date], bool]) -> date:
    for _ in range(_SEARCH_DAYS):
        if number <= 0:
            return day
        day += _DAY
        number -= counts(day)
    if number <= 0:
        return day
    raise ValueError("the calendar has too few such days ahead")


def _months_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
