"""Due dates and working time agree with an oracle that counts minute by minute, also where clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.responder.domain.terms import Terms
from services.responder.domain.working_time import NeverDue, WorkingHours, consumed, deadline, end_of_day, working_hours
from shared.rulebook.allowance import Allowance
from shared.rulebook.calendars import WEEKDAYS, Calendar
from shared.rulebook.policies import ClockTerms, Policy
from tests.unit.responder import oracle
from tests.unit.responder.oracle import PlainCalendar

ZONES = (
    "Europe/Rome", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu",
    "Pacific/Auckland", "America/Havana", "America/Santiago", "UTC",
)  # fmt: skip
# Days on which some of these zones change their clocks, and the turn of a year full of holidays.
EDGES = (
    date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 4), date(2026, 4, 24), date(2026, 9, 6), date(2026, 10, 4),
    date(2026, 10, 25), date(2026, 10, 29), date(2026, 11, 1), date(2026, 12, 24), date(2027, 2, 27),
)  # fmt: skip
UNITS = ("business_days", "working_days", "calendar_days", "weeks", "months")
MINUTES_A_DAY = 1440

patient = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def shifts(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Up to three shifts of a day, some of them in the small hours, where clocks change."""
    edges = sorted(draw(st.sets(st.integers(0, 96).map(lambda quarter: quarter * 15), min_size=2, max_size=6)))
    return list(zip(edges[::2], edges[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> PlainCalendar:
    week = {day: draw(shifts()) for day in draw(st.sets(st.integers(0, 6), min_size=1))}
    edge = draw(st.sampled_from(EDGES))
    closed: dict[date, list[tuple[int, int]]] = {
        edge + timedelta(days=n): [] for n in draw(st.sets(st.integers(-2, 9), max_size=2))
    }
    half = {edge + timedelta(days=n): draw(shifts()) for n in draw(st.sets(st.integers(-2, 9), max_size=1))}
    return PlainCalendar(
        zone=draw(st.sampled_from(ZONES)),
        week=week,
        country=draw(st.sampled_from((None, "IT", "US"))),
        closed=closed | half,
        always=draw(st.sampled_from((False, False, False, True))),
    )


@st.composite
def starts(draw: st.DrawFn) -> datetime:
    edge = draw(st.sampled_from(EDGES))
    return datetime(edge.year, edge.month, edge.day, tzinfo=UTC) + timedelta(minutes=draw(st.integers(-2880, 2880)))


def ours(plain: PlainCalendar) -> WorkingHours:
    return working_hours("drawn", our_calendar(plain))


def our_calendar(plain: PlainCalendar) -> Calendar:
    def written(spans: list[tuple[int, int]]) -> list[str]:
        return [f"{s // 60:02}:{s % 60:02}-{e // 60:02}:{e % 60:02}" for s, e in spans]

    return Calendar.model_validate(
        {
            "title": "drawn",
            "zone": plain.zone,
            "country": plain.country,
            "always": plain.always,
            "week": {} if plain.always else {WEEKDAYS[day]: written(spans) for day, spans in plain.week.items()},
            "closures": [{"on": day, "name": "closed", "hours": written(spans)} for day, spans in plain.closed.items()],
        }
    )


@patient
@given(plain=calendars(), start=starts(), minutes=st.integers(1, 1500))
def test_an_allowance_of_working_time_ends_when_the_oracle_says(
    plain: PlainCalendar, start: datetime, minutes: int
) -> None:
    assert deadline(start, timedelta(minutes=minutes), ours(plain)) == oracle.after_minutes(start, minutes, plain)


@patient
@given(plain=calendars(), start=starts(), minutes=st.integers(0, 6000))
def test_working_time_between_two_instants_is_what_the_oracle_counts(
    plain: PlainCalendar, start: datetime, minutes: int
) -> None:
    end = start + timedelta(minutes=minutes)
    assert consumed(start, end, ours(plain)) == timedelta(minutes=oracle.minutes_between(start, end, plain))


@patient
@given(plain=calendars(), start=starts(), seconds=st.integers(1, 100_000))
def test_as_much_is_consumed_by_the_deadline_as_was_allowed(
    plain: PlainCalendar, start: datetime, seconds: int
) -> None:
    hours, allowance = ours(plain), timedelta(seconds=seconds)
    assert consumed(start, deadline(start, allowance, hours), hours) == allowance


@patient
@given(
    plain=calendars(),
    start=starts(),
    amount=st.integers(1, 9),
    unit=st.sampled_from(UNITS),
    count_first_day=st.booleans(),
    roll=st.booleans(),
    at_close=st.booleans(),
)
def test_an_allowance_of_days_ends_when_the_oracle_says(
    plain: PlainCalendar, start: datetime, amount: int, unit: str, count_first_day: bool, roll: bool, at_close: bool
) -> None:
    terms = terms_for(plain, amount=amount, unit=unit, count_first_day=count_first_day, roll=roll, at_close=at_close)
    first = plain.local_day(start)
    day = oracle.after_days(first, amount, unit, plain, count_first_day=count_first_day, roll=roll)
    end = oracle.closing_time(day, plain) if at_close else oracle.last_second(day, plain)
    assert terms.due("resolve", start) == max(end, start)


def terms_for(
    plain: PlainCalendar, *, amount: int, unit: str, count_first_day: bool, roll: bool, at_close: bool
) -> Terms:
    clock = ClockTerms.model_validate(
        {"allowance": f"{amount} {unit}", "due_time": "close_of_business" if at_close else "end_of_day"}
    )
    policy = Policy.model_validate(
        {
            "policy": "drawn",
            "title": "drawn",
            "calendar": "drawn",
            "source": "a test",
            "evidence": "D",
            "count_first_day": count_first_day,
            "roll": "forward" if roll else "none",
            "clocks": dict.fromkeys(("acknowledge", "first_response", "next_update", "resolve"), clock),
        }
    )
    return Terms(policy=policy, hours={"drawn": ours(plain)})


def hours_in(zone: str, **week: list[str]) -> WorkingHours:
    return working_hours("t", Calendar.model_validate({"title": "t", "zone": zone, "week": week}))


def test_a_night_shift_works_an_hour_less_in_spring_and_one_more_in_autumn() -> None:
    hours = hours_in("Europe/Rome", sunday=["00:00-06:00"])
    spring, autumn = hours.shifts(date(2026, 3, 29)), hours.shifts(date(2026, 10, 25))
    assert sum((end - start for start, end in spring), timedelta()) == timedelta(hours=5)
    assert sum((end - start for start, end in autumn), timedelta()) == timedelta(hours=7)


def test_four_hours_over_the_lunch_break_end_in_the_afternoon() -> None:
    hours = hours_in("Europe/Rome", monday=["09:00-13:00", "14:00-18:00"])
    start = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)  # 11:30 in Rome
    assert deadline(start, timedelta(hours=4), hours) == datetime(2026, 11, 23, 15, 30, tzinfo=UTC)


def test_a_day_ends_where_midnight_does_not_exist() -> None:
    hours = hours_in("Africa/Cairo", monday=["09:00-17:00"])  # 24 April 2026 begins at 01:00 there
    assert end_of_day(date(2026, 4, 23), hours.zone) == datetime(2026, 4, 23, 21, 59, 59, tzinfo=UTC)


def test_a_calendar_that_closes_for_ever_says_so_instead_of_searching_for_ever() -> None:
    calendar = Calendar.model_validate(
        {
            "title": "t",
            "zone": "UTC",
            "week": {"monday": ["09:00-10:00"]},
            "closures": [{"on": "2026-01-01", "until": "2099-12-31", "name": "gone"}],
        }
    )
    with pytest.raises(NeverDue):
        deadline(datetime(2026, 11, 22, tzinfo=UTC), timedelta(hours=1), working_hours("gone", calendar))


def test_an_allowance_is_read_as_people_write_it() -> None:
    assert Allowance.parse("15 business_days") == Allowance(amount=15, unit="business_days")
    assert Allowance.parse("1 hour").iso() == "PT1H"
    assert [Allowance.parse(text).iso() for text in ("5 minutes", "8 weeks", "2 months", "3 working_days")] == [
        "PT5M", "P8W", "P2M", "P3D",
    ]  # fmt: skip
