"""Why a clock is due when it is: what counted, what did not and why, named, without a gap from start to end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.responder.domain.actions import extend, wait
from services.responder.domain.clock_story import story_of
from services.responder.domain.explaining import Explanation, explain, explain_clock
from services.responder.domain.explaining_words import in_words
from services.responder.domain.routed import customer_wrote
from services.responder.domain.terms import Terms
from tests.unit.responder.deeds import SOON, acknowledge, after, answer, finish
from tests.unit.responder.house import RECEIVED, Desk, terms

ROME = ZoneInfo("Europe/Rome")


def changed(policy: str, **other: Any) -> Terms:
    ready = terms(policy)
    return Terms(policy=ready.policy.model_copy(update=other), hours=ready.hours)


def why(told: Explanation) -> list[tuple[str, str | None, int | None]]:
    return [(one.why, one.name, one.days) for one in told.intervals]


def of_clock(desk: Desk, kind: str, *, now: datetime) -> Explanation:
    story = story_of(desk.entries, kind, now=now)
    assert story is not None
    assert story.clock == desk.state.clocks[kind]
    told = explain_clock(desk.terms, story.clock, pauses=story.pauses, moves=story.moves)
    assert told.due_at == desk.state.clocks[kind].due_at
    return told


def test_fifteen_business_days_over_christmas_name_each_holiday() -> None:
    told = explain(terms("uk.fca.disp1.payment_emoney"), "resolve", RECEIVED)
    assert told.counted_days == 15
    holidays = [(one.begins_at.date().isoformat(), one.name) for one in told.intervals if one.why == "holiday"]
    assert holidays == [
        ("2026-12-25", "Christmas Day"), ("2026-12-26", "Boxing Day"),
        ("2026-12-28", "Boxing Day (observed)"), ("2027-01-01", "New Year's Day"),
    ]  # fmt: skip
    assert [one.year for one in told.holiday_sets] == [2026, 2027]
    assert "the first day, Friday 18 December 2026, is not counted" in in_words(told)


def test_working_hours_pass_over_night_weekend_closure_and_holiday_by_name() -> None:
    received = datetime(2026, 12, 24, 11, 30, tzinfo=ROME).astimezone(UTC)  # Christmas Eve ends at 13:00
    told = explain(terms("business.default"), "first_response", received)
    assert why(told) == [
        ("counted", None, None), ("closure", "Christmas Eve", None), ("holiday", "Christmas Day", None),
        ("holiday", "Saint Stephen's Day", None), ("weekend", None, None), ("outside_hours", None, None),
        ("counted", None, None),
    ]  # fmt: skip
    assert [one.seconds for one in told.intervals if one.counts] == [5400, 9000]
    assert told.due_at.astimezone(ROME) == datetime(2026, 12, 28, 11, 30, tzinfo=ROME)


def test_a_first_day_that_counts_a_roll_and_receipt_after_hours_are_said() -> None:
    first = explain(terms("uk.dp.duaa"), "acknowledge", RECEIVED)
    assert (first.counted_days, first.due_at.date()) == (30, date(2027, 1, 16))
    assert any("is day one" in reason for reason in in_words(first))
    rolled = explain(changed("it.energy.arera.complaint", roll="forward"), "resolve", RECEIVED)
    assert rolled.days is not None
    assert (rolled.days.rolled_from, rolled.days.last_day) == (date(2027, 1, 17), date(2027, 1, 18))
    assert why(rolled)[-1] == ("roll", None, None)
    stays = explain(terms("it.energy.arera.complaint"), "resolve", RECEIVED)
    assert "Sunday 17 January 2027 is no business day (weekend); the policy does not move the end" in in_words(stays)
    late = explain(changed("retail.default", after_hours_count_next_day=True), "resolve", after(hours=2))
    assert [w for w, _, _ in why(late)[:2]] == ["after_hours", "first_day"]
    assert late.counted_days == 15


def test_where_an_hour_is_skipped_or_repeated_the_time_that_passed_is_what_counts() -> None:
    night = datetime(2026, 10, 24, 22, tzinfo=UTC)  # midnight in Rome; the night has an hour more
    told = explain(terms("safety.urgent"), "next_update", night)
    assert told.counted_seconds == 86400
    assert f"{told.due_at.astimezone(ROME):%d %H:%M}" == "25 23:00"


def test_a_pause_a_holding_reply_and_the_extension_are_told_from_the_ledger() -> None:
    desk = Desk("it.insurance.ivass")
    until = after(days=4)
    heard = {"reason": "agent", "ground": "hearing_of_intermediary", "by": "key:a"}
    desk.does(wait(desk.state, until=until, terms=desk.terms, now=SOON, **heard))
    waiting = of_clock(desk, "resolve", now=after(days=2))
    assert waiting.due_at == desk.state.clocks["resolve"].due_at
    desk.time_passes(until)
    told = of_clock(desk, "resolve", now=until)
    assert [(w, n) for w, n, _ in why(told)] == [
        ("first_day", None), ("pause", "hearing_of_intermediary"), ("counted", None),
    ]  # fmt: skip
    assert told.counted_days == 45
    assert [(move.entry, move.after - move.before) for move in told.moves] == [("resumed", timedelta(days=4))]


def test_an_extension_says_who_moved_the_date_from_where_and_why() -> None:
    desk = Desk("it.bank.payment")
    answer(desk, SOON)
    before = desk.state.clocks["resolve"].due_at
    why_so, until = "papers abroad", after(days=40)
    desk.does(extend(desk.state, clock="resolve", reason=why_so, until=until, terms=desk.terms, by="key:a", now=SOON))
    told = of_clock(desk, "resolve", now=SOON)
    assert [(m.by, m.before, m.reason) for m in told.moves] == [("key:a", before, "papers abroad")]
    assert any("papers abroad" in reason for reason in in_words(told))


def test_a_paused_clock_of_hours_counts_as_much_as_it_was_allowed() -> None:
    desk = Desk("retail.default")
    acknowledge(desk)
    desk.does(wait(desk.state, reason="photo", until=after(days=9), terms=desk.terms, by="key:a", now=after(hours=1)))
    back = after(days=5)
    desk.does(customer_wrote(desk.state, message_id="m", at=back, routed_sequence=2, terms=desk.terms, now=back))
    told = of_clock(desk, "resolve", now=back)
    assert told.counted_days == 15
    assert ("pause", "waiting_for_customer", None) in why(told)


def test_a_complaint_opened_again_explains_the_round_that_runs() -> None:
    desk = Desk("retail.default")
    finish(desk, after(days=1))
    back = after(days=60)
    desk.does(customer_wrote(desk.state, message_id="m", at=back, routed_sequence=2, terms=desk.terms, now=back))
    told = of_clock(desk, "resolve", now=back)
    assert (told.started_at, told.counted_days, told.moves) == (back, 5, ())


def test_a_promise_that_the_rulebook_at_hand_would_not_give_stands_and_says_so() -> None:
    desk = Desk("it.bank.general")
    desk.terms = changed("it.bank.general", count_first_day=True)
    told = of_clock(desk, "resolve", now=SOON)
    assert told.computed_due_at == told.due_at - timedelta(days=1)
    assert any("what was promised stands" in reason for reason in in_words(told))


def test_a_clock_outlives_its_policy() -> None:
    desk = Desk("it.water.arera.rqsii")
    desk.terms = terms("retail.default")
    told = of_clock(desk, "forward_to_responsible_operator", now=SOON)
    assert (told.policy, told.counted_days) == ("it.water.arera.rqsii", 5)


def test_a_clock_that_never_started_has_no_story() -> None:
    assert story_of(Desk("us.cfpb.portal").entries, "final_response", now=SOON) is None


def test_what_is_from_memory_says_so_in_its_explanation() -> None:
    told = explain(terms("eu.gdpr.dsr"), "resolve", RECEIVED)
    assert told.unverified
    assert "this figure is unverified: have it checked before you call it the law" in in_words(told)


def test_working_time_is_told_in_hours_and_minutes() -> None:
    told = in_words(explain(terms("social.default"), "first_response", RECEIVED))
    assert "counted: 4 hours of working time" in told
    assert "counted: 15 minutes of working time" in in_words(explain(terms("social.default"), "acknowledge", RECEIVED))
