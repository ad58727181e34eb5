"""A holiday announced late, a calendar corrected, a policy changed: what runs moves, what is over stays."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.responder.domain.actions import extend, wait
from services.responder.domain.clock_story import story_of
from services.responder.domain.explaining import explain_clock
from services.responder.domain.fold import fold
from services.responder.domain.rebasing import rebase
from services.responder.domain.routed import customer_wrote
from services.responder.domain.terms import Terms, terms_of
from shared.rulebook.policies import Policy
from tests.unit.responder.deeds import SOON, acknowledge, after, answer, finish
from tests.unit.responder.house import Desk, calendars, policies

MOURNING = date(2026, 12, 22)


def edition(policy: str, *, clocks: dict[str, str] | None = None, **calendar: Any) -> Terms:
    """The policy with other allowances, by calendars that were corrected."""
    corrected = {name: one.model_copy(update=calendar) for name, one in calendars().items()}
    written = policies()[policy].model_dump(exclude_unset=True)
    for kind, allowance in (clocks or {}).items():
        written["clocks"][kind]["allowance"] = allowance
    return terms_of(Policy.model_validate(written), corrected)


def follow(desk: Desk, terms: Terms, now: datetime) -> list[str]:
    before, desk.terms = desk.terms, terms
    return desk.does(rebase(desk.state, terms=terms, before=before, rulebook="2026-12-20.1", now=now))


def mourning(policy: str) -> Terms:
    return edition(policy, extra_holidays={MOURNING: "Day of mourning"})


def test_a_holiday_announced_late_moves_what_runs_and_says_which() -> None:
    desk = Desk("it.bank.payment")
    before = desk.state.clocks["resolve"].due_at
    acknowledge(desk)
    assert follow(desk, mourning("it.bank.payment"), after(hours=1)) == ["rebased"]
    moved = desk.state.clocks["resolve"]
    assert moved.due_at.date() == date(2027, 1, 14)
    said = desk.entries[-1].data["clocks"]
    assert said["resolve"]["previous_due_at"] == before.isoformat().replace("+00:00", "Z")
    assert said["resolve"]["why"] == "Tuesday 22 December 2026: is now a public holiday, Day of mourning"
    assert "acknowledge" not in said
    assert follow(desk, mourning("it.bank.payment"), after(hours=2)) == []
    assert fold(desk.entries) == desk.state
    story = story_of(desk.entries, "resolve", now=after(hours=2))
    assert story is not None
    told = explain_clock(desk.terms, story.clock, pauses=story.pauses, moves=story.moves)
    assert (told.counted_days, told.due_at) == (15, told.computed_due_at)
    assert [(m.entry, m.reason) for m in told.moves] == [("rebased", said["resolve"]["why"])]


def test_what_was_met_or_breached_stays() -> None:
    desk = Desk("retail.default")
    acknowledge(desk)
    desk.time_passes(after(days=4))
    over = {kind: clock for kind, clock in desk.state.clocks.items() if clock.state in ("met", "breached")}
    assert set(over) == {"acknowledge", "first_response"}
    follow(desk, mourning("retail.default"), after(days=4))
    assert {kind: desk.state.clocks[kind] for kind in over} == over


def test_a_clock_that_ran_out_before_the_rulebook_came_is_breached_first() -> None:
    desk = Desk("retail.default")
    follow(desk, edition("retail.default", clocks={"first_response": "9 business_days"}), after(days=4))
    assert desk.clock_states()["first_response"] == "breached"
    assert "rebased" not in [entry.kind for entry in desk.entries]


def test_a_policy_that_gives_more_or_less_is_followed_and_an_earlier_date_is_named_so() -> None:
    longer, shorter = Desk("it.bank.general"), Desk("it.bank.general")
    follow(longer, edition("it.bank.general", clocks={"resolve": "90 calendar_days"}), SOON)
    assert longer.state.clocks["resolve"].due_at.date() == date(2027, 3, 18)
    assert longer.state.clocks["resolve"].allowance == "P90D"
    follow(shorter, edition("it.bank.general", clocks={"resolve": "30 business_days"}), SOON)
    said = shorter.entries[-1].data["clocks"]["resolve"]
    assert (said["earlier"], said["why"]) == (True, "the policy gives 30 business days, no longer 60 calendar days")
    assert shorter.state.clocks["resolve"].unit == "business_days"


def test_no_promise_is_broken_by_a_change_of_mind() -> None:
    desk = Desk("it.bank.general")
    desk.time_passes(after(days=10))
    before = desk.state.clocks["resolve"]
    assert follow(desk, edition("it.bank.general", clocks={"resolve": "5 calendar_days"}), after(days=10)) == []
    assert desk.state.clocks["resolve"] == before


def test_a_date_that_a_person_set_or_that_was_carried_over_a_reopening_stays() -> None:
    extended, reopened = Desk("it.bank.payment"), Desk("retail.default")
    answer(extended, SOON)
    until = after(days=40)
    extended.does(
        extend(extended.state, clock="resolve", reason="r", until=until, terms=extended.terms, by="key:a", now=SOON)
    )
    follow(extended, mourning("it.bank.payment"), after(hours=1))
    assert extended.state.clocks["resolve"].due_at == until
    finish(reopened, after(hours=2))
    back = after(hours=3)
    reopened.does(
        customer_wrote(reopened.state, message_id="m", at=back, routed_sequence=2, terms=reopened.terms, now=back)
    )
    before = reopened.state.clocks["resolve"].due_at
    follow(reopened, mourning("retail.default"), after(hours=4))
    assert reopened.state.clocks["resolve"].due_at == before


def test_what_a_pause_took_is_added_to_the_new_date_and_the_warning_is_armed_again() -> None:
    desk = Desk("it.insurance.ivass")
    heard = {"reason": "agent", "ground": "hearing_of_intermediary", "by": "key:a"}
    desk.does(wait(desk.state, until=after(days=4), terms=desk.terms, now=SOON, **heard))
    desk.time_passes(after(days=45))
    assert desk.state.clocks["resolve"].at_risk
    follow(desk, edition("it.insurance.ivass", clocks={"resolve": "90 calendar_days"}), after(days=45))
    assert desk.state.clocks["resolve"].due_at.date() == date(2026, 12, 18) + timedelta(days=94)
    assert not desk.state.clocks["resolve"].at_risk


def test_another_policy_in_its_name_moves_nothing() -> None:
    desk = Desk("it.bank.general")
    assert follow(desk, mourning("it.bank.payment"), SOON) == []


@settings(max_examples=60, deadline=None)
@given(
    policy=st.sampled_from(sorted(policies())),
    minutes=st.integers(0, 60_000),
    waits=st.booleans(),
    days=st.sets(st.integers(0, 60), max_size=3),
)
def test_followed_twice_nothing_moves_and_dates_are_those_of_the_rulebook(
    policy: str, minutes: int, waits: bool, days: set[int]
) -> None:
    desk, now = Desk(policy), after(minutes=minutes)
    if waits:
        ground = desk.terms.policy.pause.ground if desk.terms.policy.pause else None
        until = after(days=6)
        desk.does(wait(desk.state, reason="r", ground=ground, until=until, terms=desk.terms, by="key:a", now=SOON))
    desk.time_passes(now)
    terms = edition(policy, extra_holidays={date(2026, 12, 18) + timedelta(days=n): "New" for n in days})
    states = desk.clock_states()
    follow(desk, terms, now)
    assert desk.clock_states() == states
    for kind, clock in desk.state.clocks.items():
        if clock.state == "running" and not clock.paused_days and not clock.paused_seconds:
            assert clock.due_at == terms.due(kind, clock.started_at) or terms.due(kind, clock.started_at) <= now
    assert follow(desk, terms, now) == []
    assert fold(desk.entries) == desk.state
