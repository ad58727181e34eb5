"""The forecast names the first date by which more falls due than the queue can do until then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.responder.domain.forecast import breach_forecast_at
from services.responder.domain.working_time import working_hours
from tests.unit.responder.house import calendars

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)  # Monday, 09:00 in Rome
HOURS = working_hours("business", calendars()["business"])
ALWAYS = working_hours("always", calendars()["always"])


def due(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def forecast(dues: list[tuple[datetime, int]], per_hour: float) -> datetime | None:
    return breach_forecast_at(dues, per_hour=per_hour, hours=HOURS, now=NOW)


def test_what_can_be_done_in_time_breaches_nothing() -> None:
    assert forecast([(due(1), 2), (due(2), 2)], 2.0) is None


def test_the_first_date_that_cannot_hold_is_named_not_a_later_one() -> None:
    assert forecast([(due(3), 9), (due(1), 2), (due(2), 5)], 2.0) == due(2)


def test_nights_and_breaks_do_no_work() -> None:
    tomorrow = due(24)  # eight working hours on
    assert forecast([(tomorrow, 8)], 1.0) is None
    assert forecast([(tomorrow, 9)], 1.0) == tomorrow


def test_what_is_past_due_is_done_first_but_not_foretold() -> None:
    assert forecast([(due(-5), 3), (due(2), 1)], 1.0) == due(2)
    assert forecast([(due(-5), 3)], 1.0) is None


def test_of_a_queue_whose_speed_nobody_knows_nothing_is_foretold() -> None:
    assert forecast([(due(1), 500)], 0.0) is None


@given(
    dues=st.lists(st.tuples(st.integers(1, 200), st.integers(1, 9)), max_size=12),
    per_hour=st.integers(1, 9),
)
def test_doing_the_work_in_order_of_its_dates_fails_exactly_there(dues: list[tuple[int, int]], per_hour: int) -> None:
    """The same by acting it out: one complaint after the other, each taking its share of an hour, day and night."""
    spent, failed = 0.0, None
    for hours, number in sorted(dues):
        spent += number / per_hour
        if spent > hours + 1e-9:
            failed = due(hours)
            break
    told = breach_forecast_at(
        [(due(hours), number) for hours, number in dues], per_hour=per_hour, hours=ALWAYS, now=NOW
    )
    assert told == failed
