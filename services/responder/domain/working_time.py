"""Working time: when it runs, when an allowance of it has passed, how much of it lies between two instants.

Everything is computed in UTC, day by local day: between two aware instants of one zone Python forgets clock changes.
A minute counts when the clock on the wall shows a time inside a shift: where the hour is repeated it counts twice,
where it is skipped not at all.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.responder.domain.holiday_sets import public_holidays
from shared.rulebook.calendars import WEEKDAYS, Calendar, Shift

Interval = tuple[datetime, datetime]
Worked = tuple[tuple[Interval, ...], timedelta]
"""The working intervals of a day in UTC, in order, and how long they are together."""

_DAY = timedelta(days=1)
_NOTHING = timedelta()
_MIDNIGHT = time()
_ALL_DAY: tuple[Shift, ...] = ((0, 24 * 60),)
_WEEKEND = 5
_REMEMBERED_DAYS = 4096
_HORIZON = timedelta(days=366 * 20)


class NeverDue(ValueError):
    """The calendar has too little working time ahead to hold the allowance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """A calendar made ready to count by; days once worked out are remembered."""

    name: str
    calendar: Calendar
    zone: ZoneInfo
    _days: dict[date, Worked] = field(default_factory=dict, repr=False, compare=False)
    _business: dict[date, bool] = field(default_factory=dict, repr=False, compare=False)

    def local_date(self, instant: datetime) -> date:
        """Return the day that the calendar on the wall shows at `instant`."""
        return instant.astimezone(self.zone).date()

    def worked(self, day: date) -> Worked:
        """Return the working intervals of a local day in UTC, in order, and their length together."""
        known = self._days.get(day)
        if known is None:
            if len(self._days) >= _REMEMBERED_DAYS:
                self._days.clear()
            shifts = _intervals(_shifts_of(self.calendar, day), day, self.zone)
            known = self._days[day] = (shifts, sum((closes - opens for opens, closes in shifts), _NOTHING))
        return known

    def shifts(self, day: date) -> tuple[Interval, ...]:
        """Return the working intervals of a local day in UTC, in order."""
        return self.worked(day)[0]

    def is_business_day(self, day: date) -> bool:
        """True from Monday to Friday unless the day is a public holiday; own closures do not matter."""
        known = self._business.get(day)
        if known is None:
            if len(self._business) >= _REMEMBERED_DAYS:
                self._business.clear()
            known = self._business[day] = day.weekday() < _WEEKEND and holiday(self.calendar, day) is None
        return known

    def is_working_day(self, day: date) -> bool:
        """True where the calendar has any working time on the day."""
        return bool(self.shifts(day))

    def closes(self, day: date) -> datetime:
        """Return the end of the last shift of the day; of the day itself where it has none."""
        shifts = self.shifts(day)
        return shifts[-1][1] if shifts else end_of_day(day, self.zone)


def working_hours(name: str, calendar: Calendar) -> WorkingHours:
    """Return a calendar made ready to count by."""
    return WorkingHours(name=name, calendar=calendar, zone=calendar.tz())


def deadline(start: datetime, allowance: timedelta, hours: WorkingHours) -> datetime:
    """Return the instant at which `allowance` of working time has passed since `start`; `NeverDue` if it never will."""
    left = allowance
    day = hours.local_date(start)
    last = day + _HORIZON
    while day < last:
        shifts, length = hours.worked(day)
        if left > length:  # even the whole of this day does not end it
            left -= _after(shifts, start)
        else:
            for opens, closes in shifts:
                end = max(opens, start) + left
                if end <= closes:
                    return end
                left -= max(closes - max(opens, start), _NOTHING)
        day += _DAY
    raise NeverDue(f"the calendar {hours.name} has no {allowance} of working time ahead")


def consumed(start: datetime, end: datetime, hours: WorkingHours) -> timedelta:
    """Return the working time between two instants; nothing where `end` is not after `start`."""
    if end <= start:
        return _NOTHING
    day, last = hours.local_date(start), hours.local_date(end)
    if day == last:
        shifts = hours.shifts(day)
        return _after(shifts, start) - _after(shifts, end)
    total = _after(hours.shifts(day), start)
    while (day := day + _DAY) < last:
        total += hours.worked(day)[1]
    shifts, length = hours.worked(last)
    return total + length - _after(shifts, end)


def _after(shifts: tuple[Interval, ...], start: datetime) -> timedelta:
    """Return how much of a day's shifts lies after `start`."""
    total = _NOTHING
    for opens, closes in shifts:
        if closes > start:
            total += closes - (start if start > opens else opens)
    return total


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a local day, in UTC; where midnight is skipped, the first that exists."""
    return datetime.combine(day, _MIDNIGHT, zone).astimezone(UTC)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the last full second of a local day, in UTC, so that whoever shows it shows that day."""
    return start_of_day(day + _DAY, zone) - timedelta(seconds=1)


def holiday(calendar: Calendar, day: date) -> str | None:
    """Return the name of the public holiday on a day, if it is one."""
    extra = calendar.extra_holidays.get(day)
    return extra or public_holidays(calendar.country, calendar.subdivision, day.year).get(day)


def _shifts_of(calendar: Calendar, day: date) -> tuple[Shift, ...]:
    """Return the shifts of a local day: a closure says first, then the holiday, then the week."""
    for closure in calendar.closures:
        if closure.on <= day <= (closure.until or closure.on):
            return closure.hours
    if calendar.always:
        return _ALL_DAY
    if not calendar.works_on_holidays and holiday(calendar, day) is not None:
        return ()
    return calendar.week.get(WEEKDAYS[day.weekday()], ())


def _intervals(shifts: tuple[Shift, ...], day: date, zone: ZoneInfo) -> tuple[Interval, ...]:
    """Return shifts of wall time as intervals of UTC, piece by piece of the day with one offset."""
    if not shifts:
        return ()
    begins, ends = start_of_day(day, zone), start_of_day(day + _DAY, zone)
    wall_midnight = datetime.combine(day, _MIDNIGHT, UTC)
    found = []
    for piece_begins, piece_ends in _pieces(begins, ends, zone):
        offset = _offset(piece_begins, zone)
        for first, last in shifts:
            opens = max(wall_midnight + timedelta(minutes=first) - offset, piece_begins)
            closes = min(wall_midnight + timedelta(minutes=last) - offset, piece_ends)
            if closes > opens:
                found.append((opens, closes))
    return tuple(found)


def _pieces(begins: datetime, ends: datetime, zone: ZoneInfo) -> list[Interval]:
    """Return the day as one piece, or as two where the zone changes its offset between `begins` and `ends`."""
    before = _offset(begins, zone)
    if begins >= ends or before == _offset(ends - timedelta(seconds=1), zone):
        return [(begins, ends)]
    seconds = range(int((ends - begins).total_seconds()))
    change = bisect_right(seconds, 0, key=lambda s: int(_offset(begins + timedelta(seconds=s), zone) != before))
    moment = begins + timedelta(seconds=change)
    return [(begins, moment), (moment, ends)]


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()
