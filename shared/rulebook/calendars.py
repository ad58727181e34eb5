"""Calendars: when a team works, in its own zone, with public holidays, own closures and half days."""

from __future__ import annotations

import itertools
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import holidays
from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from shared.rulebook.mends import closest, wrong
from shared.rulebook.source import Part, Problem, read

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
DAY_MINUTES = 24 * 60
_SHIFT = re.compile(r"([01]\d|2[0-4]):([0-5]\d) *- *([01]\d|2[0-4]):([0-5]\d)")

Shift = tuple[int, int]
"""From and to, in minutes after local midnight, half-open."""


def _shift(value: Any) -> Any:
    """Return `09:00-13:00` as minutes."""
    if not isinstance(value, str):
        return value
    found = _SHIFT.fullmatch(value.strip())
    if not found:
        raise wrong(f"`{value[:30]}` is no shift", mend="write it as 09:00-13:00, in 24 hours")
    start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    if not start < end <= DAY_MINUTES:
        mend = "a shift begins and ends on one day: split a night into 22:00-24:00 and 00:00-06:00 of the next"
        raise wrong(f"`{value[:30]}` ends before it begins", mend=mend)
    return (start, end)


def _in_order(shifts: tuple[Shift, ...]) -> tuple[Shift, ...]:
    ordered = tuple(sorted(shifts))
    for earlier, later in itertools.pairwise(ordered):
        if later[0] < earlier[1]:
            raise wrong("two shifts of a day overlap", mend="let one end where the other begins, or make them one")
    return ordered


Shifts = Annotated[tuple[Annotated[Shift, BeforeValidator(_shift)], ...], AfterValidator(_in_order)]


class Closure(Part):
    """Days of one's own on which nobody works, or (with `hours`) only then; it never moves a legal business day."""

    on: date
    until: date | None = None
    name: str
    hours: Shifts = ()


class Calendar(Part):
    """When time counts. `always` counts every minute; holidays then still say which days are business days."""

    title: str
    zone: str
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    subdivision: str | None = None
    always: bool = False
    week: dict[Weekday, Shifts] = Field(default_factory=dict)
    works_on_holidays: bool = False
    extra_holidays: dict[date, str] = Field(default_factory=dict)
    """Public holidays that the holidays library does not know yet: announced late, or of one town."""
    closures: tuple[Closure, ...] = ()

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            # Only now are all of them listed, which reads a directory of hundreds of files.
            raise wrong(f"no such time zone `{zone}`", mend=closest(zone, available_timezones())) from None
        return zone

    @model_validator(mode="after")
    def _whole(self) -> Calendar:
        if self.always and self.week:
            raise wrong("it is open always, and has weekly hours", mend="remove `always:` or `week:`")
        if not self.always and not any(self.week.values()):
            raise wrong("nobody ever works by it", mend="add `week:` with shifts, or `always: true`")
        if self.country:
            _known_place(self.country, self.subdivision)
        return self

    def tz(self) -> ZoneInfo:
        """Return the time zone."""
        return ZoneInfo(self.zone)


class _File(Part):
    calendars: dict[str, Calendar]


def read_calendars(folder: Path) -> tuple[dict[str, Calendar], list[Problem]]:
    """Read `calendars.yaml` of a rulebook: every calendar by its name, or every problem."""
    held, problems = read(folder / "calendars.yaml", _File, root=folder)
    return (held.calendars if held else {}), problems


@cache
def _known_place(country: str, subdivision: str | None) -> None:
    try:
        holidays.country_holidays(country, subdiv=subdivision, years=2026)
    except NotImplementedError:
        places = holidays.list_supported_countries(include_aliases=True)
        if country not in places:
            raise wrong(f"no holidays are known for `{country}`", mend=closest(country, places)) from None
        what = f"`{country}` has no subdivision `{subdivision}`"
        raise wrong(what, mend=closest(str(subdivision), places[country])) from None
