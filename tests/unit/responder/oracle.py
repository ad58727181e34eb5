"""The naive oracle: due dates worked out minute by minute and day by day, sharing no code with the product.

Slow on purpose, and so plain that it can be checked by reading. A calendar is given as plain data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class PlainCalendar:
    zone: str
    week: dict[int, list[tuple[int, int]]]
    country: str | None = None
    subdivision: str | None = None
    works_on_holidays: bool = False
    closed: dict[date, list[tuple[int, int]]] = field(default_factory=dict)
    always: bool = False

    def is_holiday(self, day: date) -> bool:
        return self.country is not None and day in _holidays(self.country, self.subdivision, day.year)

    def works_at(self, instant: datetime) -> bool:
        local = instant.astimezone(ZoneInfo(self.zone))
        minute = local.hour * 60 + local.minute
        return any(start <= minute < end for start, end in self.shifts(local.date()))

    def shifts(self, day: date) -> list[tuple[int, int]]:
        if day in self.closed:
            return self.closed[day]
        if self.always:
            return [(0, 1440)]
        rests = self.is_holiday(day) and not self.works_on_holidays
        return [] if rests else self.week.get(day.weekday(), [])

    def local_day(self, instant: datetime) -> date:
        return instant.astimezone(ZoneInfo(self.zone)).date()

    def minutes_of(self, day: date) -> list[datetime]:
        return _minutes_of(self.zone, day)


@cache
def _holidays(country: str, subdivision: str | None, year: int) -> set[date]:
    return set(holidays.country_holidays(country, subdiv=subdivision, years=year))


@cache
def _minutes_of(zone: str, day: date) -> list[datetime]:
    """Every minute whose local date is `day`, looked for more than a day to each side of its UTC noon."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    around = [noon + n * MINUTE for n in range(-27 * 60, 27 * 60)]
    return [minute for minute in around if minute.astimezone(ZoneInfo(zone)).date() == day]


def after_minutes(start: datetime, minutes: int, calendar: PlainCalendar) -> datetime:
    """When `minutes` of working time have passed since `start`, a whole minute."""
    at, left = start, minutes
    while left:
        if calendar.works_at(at):
            left -= 1
        at += MINUTE
    return at


def minutes_between(start: datetime, end: datetime, calendar: PlainCalendar) -> int:
    """How many working minutes lie between two whole minutes."""
    at, count = start, 0
    while at < end:
        count += calendar.works_at(at)
        at += MINUTE
    return count


def last_second(day: date, calendar: PlainCalendar) -> datetime:
    """The last second of a local day."""
    return calendar.minutes_of(day)[-1] + timedelta(seconds=59)


def closing_time(day: date, calendar: PlainCalendar) -> datetime:
    """The end of the last working minute of a local day, of the day itself where it has none."""
    working = [minute for minute in calendar.minutes_of(day) if calendar.works_at(minute)]
    return working[-1] + MINUTE if working else last_second(day, calendar)


def after_days(
    first: date, amount: int, unit: str, calendar: PlainCalendar, *, count_first_day: bool, roll: bool
) -> date:  # fmt: skip
    """The day on which `amount` of `unit` ends that began on `first`, counted one by one."""
    if unit in ("business_days", "working_days"):
        day = _after_counted_days(first, amount, unit, calendar, count_first_day=count_first_day)
    elif unit == "months":
        day = _months_later(first, amount) - (DAY if count_first_day else 0 * DAY)
    else:
        days = amount * 7 if unit == "weeks" else amount
        day = first + (days - 1 if count_first_day else days) * DAY
    while roll and not _counts(day, "business_days", calendar):
        day += DAY
    return day


def _after_counted_days(
    day: date, left: int, unit: str, calendar: PlainCalendar, *, count_first_day: bool
) -> date:  # fmt: skip
    if count_first_day and _counts(day, unit, calendar):
        left -= 1
    while left:
        day += DAY
        if _counts(day, unit, calendar):
            left -= 1
    return day


def _counts(day: date, unit: str, calendar: PlainCalendar) -> bool:
    if unit == "business_days":
        return day.weekday() not in (5, 6) and not calendar.is_holiday(day)
    return any(calendar.works_at(minute) for minute in calendar.minutes_of(day))


def _months_later(day: date, months: int) -> date:
    year, month = day.year, day.month
    for _ in range(months):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    for last in (day.day, 30, 29, 28):
        if last <= day.day:
            try:
                return date(year, month, last)
            except ValueError:
                continue
    raise AssertionError("every month has 28 days")
