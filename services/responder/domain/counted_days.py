"""A calendar laid out as numbers, so that a database can tell working time and business days of many complaints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from services.responder.domain.working_time import WorkingHours


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedDays:
    """A calendar from `first` on, for as many local days as `business` is long.

    Of the n-th shift `opens` is its beginning in seconds since 1970, `lengths` how long it is and `before` how much was
    worked in all shifts before it. Of the n-th day `business` and `working` tell how many such days there were up to
    it and with it.
    """

    name: str
    zone: str
    first: date
    opens: tuple[float, ...]
    lengths: tuple[float, ...]
    before: tuple[float, ...]
    business: tuple[int, ...]
    working: tuple[int, ...]


def counted_days(hours: WorkingHours, *, first: date, days: int) -> CountedDays:
    """Return the calendar from a local day on, so many days long."""
    opens: list[float] = []
    lengths: list[float] = []
    before: list[float] = []
    business: list[int] = []
    working: list[int] = []
    worked, business_days, working_days = 0.0, 0, 0
    for n in range(days):
        day = first + timedelta(days=n)
        shifts = hours.shifts(day)
        for begin, end in shifts:
            opens.append(begin.timestamp())
            lengths.append((end - begin).total_seconds())
            before.append(worked)
            worked += lengths[-1]
        business_days += hours.is_business_day(day)
        working_days += bool(shifts)
        business.append(business_days)
        working.append(working_days)
    return CountedDays(
        name=hours.name,
        zone=str(hours.zone),
        first=first,
        opens=tuple(opens),
        lengths=tuple(lengths),
        before=tuple(before),
        business=tuple(business),
        working=tuple(working),
    )
