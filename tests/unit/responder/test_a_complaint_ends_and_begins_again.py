"""Endings and new beginnings: resolved, withdrawn, re-opened, closed, and what is still owed then."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from services.responder.domain.actions import wait
from services.responder.domain.letters import letter_owed
from services.responder.domain.outcomes import close, reopen, resolve
from services.responder.domain.refusal import Refused
from services.responder.domain.routed import customer_wrote
from tests.unit.responder.deeds import SOON, acknowledge, after, answer, finish
from tests.unit.responder.house import VOCABULARY, Desk


def test_resolving_keeps_the_promise_to_resolve_but_a_first_answer_stays_owed() -> None:
    desk = Desk()
    acknowledge(desk)
    finish(desk, after(hours=5))
    assert desk.clock_states() == {
        "acknowledge": "met", "first_response": "running", "next_update": "cancelled", "resolve": "met",
    }  # fmt: skip
    assert desk.state.resolution is not None
    assert desk.state.resolution.redress == ("apology",)


def test_nobody_waits_for_an_answer_to_what_was_withdrawn() -> None:
    desk = Desk()
    acknowledge(desk)
    finish(desk, after(hours=5), "withdrawn")
    assert desk.clock_states()["first_response"] == "cancelled"


def test_resolving_while_waiting_ends_the_waiting_first() -> None:
    desk = Desk()
    desk.does(wait(desk.state, reason="photo", until=after(days=9), terms=desk.terms, by="key:a", now=SOON))
    assert finish(desk, after(days=1))[-2:] == ["resumed", "resolved"]
    assert desk.state.waiting_until is None
    assert "paused" not in desk.clock_states().values()


def test_a_reopened_complaint_is_to_be_resolved_again_not_before_its_first_date() -> None:
    desk = Desk()
    acknowledge(desk)
    answer(desk, after(hours=1))
    finish(desk, after(hours=2))
    first = desk.state.clocks["resolve"].due_at
    desk.does(
        reopen(desk.state, reason="not_fixed", terms=desk.terms, vocabulary=VOCABULARY, by="key:a", now=after(days=1))
    )
    again = desk.state.clocks["resolve"]
    assert (again.state, again.round, again.due_at) == ("running", 2, first)
    assert desk.clock_states()["next_update"] == "running"
    assert desk.clock_states()["first_response"] == "met"
    assert desk.state.kept == 1 + 1  # the first rounds of next_update and of resolve; what was cancelled is neither


def test_a_complaint_reopened_after_its_date_gets_the_reopen_allowance() -> None:
    desk = Desk()
    acknowledge(desk)
    finish(desk, after(hours=2))
    late = after(days=60)  # Tuesday 16 February 2027
    desk.does(customer_wrote(desk.state, message_id="m", at=late, routed_sequence=2, terms=desk.terms, now=late))
    assert [entry.kind for entry in desk.entries[-2:]] == ["message", "reopened"]
    assert desk.state.clocks["resolve"].due_at.date().isoformat() == "2027-02-23"


def test_closing_cancels_what_still_runs_and_leaves_a_breach_a_breach() -> None:
    desk = Desk()
    desk.time_passes(after(days=4))
    finish(desk, after(days=4))
    desk.does(close(desk.state, by="key:a", now=after(days=5)))
    assert desk.state.state == "closed"
    assert desk.clock_states()["acknowledge"] == "breached"
    assert "running" not in desk.clock_states().values()


def test_the_final_response_opens_the_window_for_the_ombudsman_and_a_new_one_opens_it_anew() -> None:
    desk = Desk("uk.fca.disp1.general")
    assert "ombudsman_referral_window" not in desk.state.clocks
    assert letter_owed(desk.state) == "summary_resolution"
    answer(desk, after(days=2), final=True)
    window = desk.state.clocks["ombudsman_referral_window"]
    assert f"{window.due_at.astimezone(ZoneInfo('Europe/London')):%Y-%m-%d}" == "2027-06-20"
    finish(desk, after(days=2))
    assert desk.clock_states()["summary_resolution"] == "met"
    assert letter_owed(desk.state) == "summary_resolution"
    assert desk.clock_states()["ombudsman_referral_window"] == "running"
    back = after(days=3)
    desk.does(customer_wrote(desk.state, message_id="m", at=back, routed_sequence=2, terms=desk.terms, now=back))
    assert desk.clock_states()["ombudsman_referral_window"] == "cancelled"
    answer(desk, after(days=30), final=True)
    assert desk.state.clocks["ombudsman_referral_window"].due_at > window.due_at
    desk.time_passes(after(days=400))
    assert [e.data["round"] for e in desk.entries if e.data.get("clock") == "ombudsman_referral_window"] == [2]
    assert desk.entries[-1].kind == "lapsed"


def test_what_is_resolved_after_the_summary_window_gets_a_final_response() -> None:
    desk = Desk("uk.fca.disp1.general")
    desk.time_passes(after(days=6))
    finish(desk, after(days=6))
    assert letter_owed(desk.state) == "final_response"
    assert letter_owed(Desk("it.bank.general").state) == "final_response"


def test_an_ending_is_written_in_the_words_of_the_taxonomy() -> None:
    desk = Desk()
    with pytest.raises(Refused) as refused:
        resolve(
            desk.state,
            outcome="solved",
            root_cause=None,
            redress=["apology", "cake"],
            summary=None,
            vocabulary=VOCABULARY,
            terms=desk.terms,
            by="key:a",
            now=SOON,
        )
    assert refused.value.status == 422
    assert [pointer for pointer, _ in refused.value.errors] == ["/outcome", "/root_cause", "/redress/1"]
