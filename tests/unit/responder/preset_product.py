"""Every clock of every policy, in every year, zone and hour around a change of clocks: ours beside the oracle's."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from services.responder.domain.explaining import explain
from services.responder.domain.terms import Terms, terms_of
from tests.unit.responder import oracle
from tests.unit.responder.house import RULEBOOK, calendars, policies
from tests.unit.responder.oracle import PlainCalendar

YEARS = range(2021, 2031)
ZONES = ("Europe/Rome", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo")
AROUND = (timedelta(hours=-25), timedelta(minutes=-61), timedelta(0), timedelta(minutes=29), timedelta(hours=20))
_ANY = datetime(2026, 1, 1, tzinfo=UTC)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Case:
    """A clock of a policy (or its extension), in a zone, started at an instant."""

    policy: str
    kind: str
    zone: str
    start: datetime
    extended: bool = False


@cache
def plain_policies() -> dict[str, dict[str, Any]]:
    """The policies as their files write them, read without the product's reader."""
    return {path.stem: _plain(path) for path in sorted((RULEBOOK / "policies").glob("*.yaml"))}


def _plain(path: Path) -> dict[str, Any]:
    """Every plain value a text, because YAML 1.1 makes a truth of `on`."""
    found: dict[str, Any] = yaml.load(path.read_text(), Loader=yaml.BaseLoader)
    return found


@cache
def plain_calendar(name: str, zone: str) -> PlainCalendar:
    """A calendar as its file writes it, moved to a zone."""
    written = _plain(RULEBOOK / "calendars.yaml")["calendars"][name]

    def spans(texts: list[str]) -> list[tuple[int, int]]:
        pairs = [tuple(int(t[:2]) * 60 + int(t[3:5]) for t in text.split("-")) for text in texts]
        return [(first, last) for first, last in pairs]

    return PlainCalendar(
        zone=zone,
        week={WEEKDAYS.index(day): spans(shifts) for day, shifts in written.get("week", {}).items()},
        country=written.get("country"),
        subdivision=written.get("subdivision"),
        works_on_holidays="works_on_holidays" in written,
        closed={date.fromisoformat(one["on"]): spans(one.get("hours", [])) for one in written.get("closures", [])},
        always="always" in written,
    )


@cache
def terms_in(policy: str, zone: str) -> Terms:
    """A policy ready to compute, all of its calendars moved to a zone."""
    moved = {name: one.model_copy(update={"zone": zone}) for name, one in calendars().items()}
    return terms_of(policies()[policy], moved)


@cache
def changes_of(zone: str, year: int) -> tuple[datetime, ...]:
    """The instants of a year at which the zone changes its clocks, and the turn of the year."""

    def changes(instants: list[datetime]) -> list[datetime]:
        offsets = [instant.astimezone(ZoneInfo(zone)).utcoffset() for instant in instants]
        return [i for i, (one, other) in zip(instants[1:], itertools.pairwise(offsets), strict=True) if one != other]

    days = changes([datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(366)])
    halves = [[day - timedelta(days=1) + timedelta(minutes=30 * n) for n in range(49)] for day in days]
    changed = [change for half_hours in halves for change in changes(half_hours)]
    return (*changed, datetime(year, 12, 23, 15, 30, tzinfo=UTC))


def product() -> Iterator[Case]:
    """The whole product, each way of counting once: most policies share their own defaults."""
    for zone, year in itertools.product(ZONES, YEARS):
        for change, offset, clock in itertools.product(changes_of(zone, year), AROUND, ways()):
            policy, kind, extended = clock
            yield Case(policy=policy, kind=kind, zone=zone, start=change + offset, extended=extended)


@cache
def ways() -> tuple[tuple[str, str, bool], ...]:
    """One clock for each way of counting, the last policy of that way."""
    found = {repr(way_of(Case(*clock[:2], ZONES[0], _ANY, clock[2]))): clock for clock in clocks()}
    return tuple(found.values())


@cache
def clocks() -> tuple[tuple[str, str, bool], ...]:
    """Every clock of every policy, and every extension that is counted from the start."""
    found = [(name, kind, False) for name, one in plain_policies().items() for kind in one["clocks"]]
    longer = [(n, k, True) for n, k, _ in found if "to" in plain_policies()[n]["clocks"][k].get("extension", {})]
    return (*found, *longer)


def way_of(case: Case) -> tuple[int, str, PlainCalendar, bool, bool, str]:
    """How the case counts, by the files alone: amount, unit, calendar, first day, roll, where the day ends."""
    policy = plain_policies()[case.policy]
    clock = policy["clocks"][case.kind]
    allowance = clock["extension"]["to"] if case.extended else clock["allowance"]
    amount, unit = allowance.split(" ")
    assert not policy.get("after_hours_count_next_day"), "the oracle knows nothing of it yet"
    return (
        int(amount),
        unit,
        plain_calendar(clock.get("calendar", policy["calendar"]), case.zone),
        clock.get("count_first_day", policy.get("count_first_day")) == "true",
        clock.get("roll", policy.get("roll", "none")) == "forward",
        clock.get("due_time", "end_of_day"),
    )


def expected(case: Case) -> datetime:
    """When the oracle says that it is due."""
    amount, unit, calendar, first, roll, due_time = way_of(case)
    if unit in ("minutes", "hours"):
        return oracle.after_minutes(case.start, amount * (60 if unit == "hours" else 1), calendar)
    day = oracle.after_days(calendar.local_day(case.start), amount, unit, calendar, count_first_day=first, roll=roll)
    return max(_end_of(day, calendar, due_time), case.start)


_ends: dict[tuple[date, int, str], datetime] = {}
"""Days already looked at; calendars are made once, so that their identity names them."""


def _end_of(day: date, calendar: PlainCalendar, due_time: str) -> datetime:
    known = (day, id(calendar), due_time)
    if known not in _ends:
        end = oracle.closing_time if due_time == "close_of_business" else oracle.last_second
        _ends[known] = end(day, calendar)
    return _ends[known]


def differs(case: Case) -> str | None:
    """Return what the product says that the oracle does not, or that its own explanation does not bear out."""
    terms = terms_in(case.policy, case.zone)
    clock = terms.policy.clocks[case.kind]
    allowance = clock.extension.to if case.extended and clock.extension else clock.allowance
    assert allowance is not None
    due, by_oracle = terms.due(case.kind, case.start, allowance), expected(case)
    if due != by_oracle:
        return f"{case}: due {due}, by the oracle {by_oracle}"
    told = explain(terms, case.kind, case.start, allowance=allowance)
    ends = [case.start, *(one.ends_at for one in told.intervals)]
    begins = [*(one.begins_at for one in told.intervals), due]
    if told.due_at != due or ends != begins:
        return f"{case}: the explanation does not lead from the start to the end"
    if not allowance.in_days and told.counted_seconds != _seconds(allowance.amount, allowance.unit):
        return f"{case}: explained {told.counted_seconds} s of {allowance}"
    if allowance.unit in ("business_days", "working_days", "calendar_days") and told.counted_days != allowance.amount:
        return f"{case}: explained {told.counted_days} days of {allowance}"
    return None


def _seconds(amount: int, unit: str) -> int:
    return amount * (3600 if unit == "hours" else 60)
