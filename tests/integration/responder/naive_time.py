"""Working time and business days, naively: day by day, hour by hour, sharing no code with the product."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays

DAY = timedelta(days=1)
ITALY = holidays.country_holidays("IT", years=range(2025, 2029))
ROME = ZoneInfo("Europe/Rome")
OFFICE = [(9, 13), (14, 18)]


def shifts(calendar: str, day: date) -> list[tuple[int, int]]:
    if calendar in ("always", "gb.law"):
        return [(0, 24)]
    if calendar == "social":
        return [(9, 20)] if day.weekday() > 4 else [(8, 22)]
    if day in ITALY or day.weekday() > 4:
        return []
    return [(9, 13)] if (day.month, day.day, day.year) in ((12, 24, 2026), (12, 31, 2026)) else OFFICE


def worked(start: datetime, end: datetime, calendar: str) -> float:
    """Seconds of working time, day by day; no shift that counts lies in a night in which the clocks change."""
    if calendar in ("always", "gb.law"):
        return (end - start).total_seconds()
    total, day = 0.0, start.astimezone(ROME).date()
    while day <= end.astimezone(ROME).date():
        for opens, closes in shifts(calendar, day):
            a = datetime(day.year, day.month, day.day, opens, tzinfo=ROME).astimezone(UTC)
            b = datetime(day.year, day.month, day.day, closes, tzinfo=ROME).astimezone(UTC)
            total += max(0.0, (min(b, end) - max(a, start)).total_seconds())
        day += DAY
    return total


def spent(start: datetime, end: datetime, unit: str, calendar: str) -> float:
    """The time between two instants as a promise in that unit counts it."""
    if unit in ("minutes", "hours"):
        return worked(start, end, calendar) / (60 if unit == "minutes" else 3600)
    zone = ZoneInfo("Europe/London") if calendar == "gb.law" else ROME
    day, last, count = start.astimezone(zone).date(), end.astimezone(zone).date(), 0
    days = (last - day).days
    while day < last:
        day += DAY
        count += day.weekday() < 5 and day not in ITALY
    return days / 7 if unit == "weeks" else count
