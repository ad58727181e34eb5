"""An explanation in sentences, for whoever has to show a date to a customer, a colleague or a court."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from services.responder.domain.explaining import Days, Explanation
from services.responder.domain.intervals import Interval
from shared.rulebook.allowance import Allowance

_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)

STARTS: Final = {
    "received": "the complaint is received",
    "acknowledged": "the acknowledgement leaves",
    "human_message": "a person's message leaves",
    "final_message": "the final answer leaves",
    "resolved": "the complaint is resolved",
    "previous_update": "the complaint is received, and again with each update",
}
_UNITS: Final = {
    "minutes": "working time by the calendar {name}",
    "hours": "working time by the calendar {name}",
    "business_days": "Monday to Friday without public holidays, by the calendar {name}",
    "working_days": "the days on which the calendar {name} has a shift",
    "calendar_days": "every day counts",
    "weeks": "every day counts",
    "months": "to the same day of the month, or its last",
}
_WHY: Final = {"weekend": "weekend", "outside_hours": "outside working hours", "no_shift": "nobody works then"}
_SHOWN: Final = 3


def starts_when(start: str) -> str:
    """Return what starts a clock, in words."""
    return STARTS.get(start, f"it is told that this happened: {start.replace('_', ' ')}")


def in_words(told: Explanation) -> tuple[str, ...]:
    """Return every reason for the date, in order; days and times are local to the calendar's zone."""
    return tuple(_sentences(told, ZoneInfo(told.zone)))


def allowance_words(allowance: Allowance) -> str:
    """Return an allowance as `1 business day` or `8 weeks`."""
    unit = allowance.unit.replace("_", " ")
    return f"{allowance.amount} {unit.removesuffix('s') if allowance.amount == 1 else unit}"


def day_words(day: date) -> str:
    """Return a day as `Friday 18 December 2026`."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def instant_words(instant: datetime, zone: ZoneInfo) -> str:
    """Return an instant as the clock on the wall shows it in a zone, seconds only where there are some."""
    local = instant.astimezone(zone)
    return (
        f"{day_words(local.date())}, {local:%H:%M:%S}" if local.second else f"{day_words(local.date())}, {local:%H:%M}"
    )


def _sentences(told: Explanation, zone: ZoneInfo) -> Iterator[str]:
    by = _UNITS[told.allowance.unit].format(name=f"`{told.calendar}`")
    yield f"{allowance_words(told.allowance)}: {by}; days and times in {told.zone}"
    if told.source_says:
        yield f"the source says “{told.source_says}” and gives no number: this one is ours"
    if told.unverified:
        yield "this figure is unverified: have it checked before you call it the law"
    if told.days:
        yield from _first_day(told.days)
    yield from _not_counted(told.intervals, zone)
    yield from _pauses(told.intervals, zone)
    yield _counted(told)
    if told.days:
        yield from _last_day(told.days)
    yield from _end(told, zone)


def _first_day(days: Days) -> Iterator[str]:
    day = day_words(days.received_on)
    if days.after_hours:
        yield f"it came after hours: {day} counts as the day on which it starts"
    yield f"the first day, {day}, {'is day one' if days.first_day_counts else 'is not counted'}"


def _not_counted(intervals: tuple[Interval, ...], zone: ZoneInfo) -> Iterator[str]:
    for one in intervals:
        if one.why in ("holiday", "closure"):
            yield f"not counted: {_span(one, zone)}, {one.name}"
    for why in ("weekend", "no_shift", "outside_hours"):
        spans = [_span(one, zone) for one in intervals if one.why == why]
        if spans:
            more = f" and {len(spans) - _SHOWN} more" if len(spans) > _SHOWN else ""
            yield f"not counted ({_WHY[why]}): {'; '.join(spans[:_SHOWN])}{more}"


def _pauses(intervals: tuple[Interval, ...], zone: ZoneInfo) -> Iterator[str]:
    for one in intervals:
        if one.why == "pause":
            yield f"stood still: {_span(one, zone)}, {(one.name or 'waiting').replace('_', ' ')}"


def _counted(told: Explanation) -> str:
    if told.counted_days is not None:
        return f"counted: {told.counted_days} {'day' if told.counted_days == 1 else 'days'}"
    return f"counted: {_worked(told.counted_seconds or 0)} of working time"


def _worked(seconds: int) -> str:
    """Return a length of time as `1 hour 30 minutes`: 0:05:00 may be read as five hours."""
    parts = zip((seconds // 3600, seconds // 60 % 60, seconds % 60), ("hour", "minute", "second"), strict=True)
    return " ".join(f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count) or "nothing"


def _last_day(days: Days) -> Iterator[str]:
    if days.rolled_from:
        yield f"{day_words(days.rolled_from)} is no business day: the end moves to {day_words(days.last_day)}"
    elif days.falls_on:
        yield f"{day_words(days.last_day)} is no business day ({days.falls_on}); the policy does not move the end"


def _end(told: Explanation, zone: ZoneInfo) -> Iterator[str]:
    for move in told.moves:
        why = f": {move.reason}" if move.reason else ""
        before, after = instant_words(move.before, zone), instant_words(move.after, zone)
        yield f"{move.entry} on {instant_words(move.at, zone)}, from {before} to {after}{why}"
    if not told.moves and told.due_at != told.computed_due_at:
        computed = instant_words(told.computed_due_at, zone)
        yield f"by the rulebook at hand it would be due {computed}; what was promised stands"
    if told.ends == "end_of_day" and not told.moves:
        yield "it ends with the day"
    elif told.ends == "close_of_business" and not told.moves:
        yield "it ends with the last shift of the day"


def _span(one: Interval, zone: ZoneInfo) -> str:
    """Return an interval as its days where it is made of whole ones, else as its instants."""
    begins, ends = one.begins_at.astimezone(zone), one.ends_at.astimezone(zone)
    last = (one.ends_at - _SECOND).astimezone(zone).date()
    whole = begins.strftime("%H:%M") == "00:00" and (ends.strftime("%H:%M") == "00:00" or ends.second == 59)
    if not whole:
        return f"{_short(begins)} to {_short(ends)}"
    return day_words(last) if last == begins.date() else f"{day_words(begins.date())} to {day_words(last)}"


def _short(local: datetime) -> str:
    return f"{local:%a} {local.day} {local:%b %H:%M}"
