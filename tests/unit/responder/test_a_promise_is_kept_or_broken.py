"""What keeps a promise and what does not: acknowledgements and human answers, in time and late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.responder.domain.acknowledging import (
    acknowledgement_failed,
    acknowledgement_queued,
    acknowledgement_withheld,
)
from services.responder.domain.actions import extend, wait
from services.responder.domain.figures import contribution
from services.responder.domain.refusal import Refused
from services.responder.domain.replies import reply, reply_sent
from tests.unit.responder.deeds import SOON, acknowledge, after, answer
from tests.unit.responder.house import Desk


def test_an_automatic_acknowledgement_keeps_only_its_own_promise() -> None:
    desk = Desk()
    acknowledge(desk)
    assert desk.clock_states() == {
        "acknowledge": "met", "first_response": "running", "next_update": "running", "resolve": "running",
    }  # fmt: skip
    assert desk.state.acknowledgement.state == "sent"


def test_a_reply_counts_when_it_has_left_not_when_it_was_written() -> None:
    desk = Desk()
    acknowledge(desk)
    desk.does(reply(desk.state, outbound_id="r", final=False, by="key:a", now=after(hours=1)))
    assert desk.clock_states()["first_response"] == "running"
    answer(desk, after(hours=2))
    assert desk.clock_states()["first_response"] == "met"
    assert desk.state.first_human_at == after(hours=2)


def test_a_human_answer_before_any_acknowledgement_acknowledges_too() -> None:
    desk = Desk()
    answer(desk, after(minutes=3))
    assert desk.clock_states()["acknowledge"] == "met"


def test_each_human_message_starts_the_next_update_anew() -> None:
    desk = Desk()
    acknowledge(desk)
    answer(desk, after(hours=1))
    update = desk.state.clocks["next_update"]
    assert (update.round, update.state, update.started_at) == (2, "running", after(hours=1))
    assert desk.state.kept == 1
    assert contribution(desk.state).kept == 3  # acknowledge, first_response, the first round of next_update


def test_a_late_answer_is_a_promise_met_late_and_counts_as_missed_also_in_later_rounds() -> None:
    desk = Desk()
    acknowledge(desk)
    desk.time_passes(after(days=20))
    answer(desk, after(days=20))
    assert desk.clock_states()["first_response"] == "met_late"
    assert desk.state.missed == 1  # the round of next_update that the answer ended
    assert contribution(desk.state).missed == 2


def test_a_warning_comes_before_the_breach_and_each_is_dated_truly() -> None:
    desk = Desk()
    acknowledge(desk)
    assert desk.time_passes(after(days=4)) == ["at_risk", "breached"]
    warned, breached = desk.entries[-2:]
    clock = desk.state.clocks["first_response"]
    assert (warned.at, breached.at) == (clock.at_risk_at, clock.due_at)
    assert warned.data == {"clock": "first_response", "round": 1}


def test_a_timely_acknowledgement_recorded_after_the_breach_fired_takes_the_breach_back() -> None:
    desk = Desk()
    desk.does(acknowledgement_queued(desk.state, outbound_id="a", now=SOON))
    desk.time_passes(after(minutes=5))
    assert desk.clock_states()["acknowledge"] == "breached"
    acknowledge(desk, after(minutes=5))
    assert desk.clock_states()["acknowledge"] == "met"
    assert contribution(desk.state).missed == 0


def test_a_bounced_acknowledgement_was_none() -> None:
    desk = Desk()
    acknowledge(desk)
    desk.does(acknowledgement_failed(desk.state, outbound_id="a", reason="no such mailbox", now=after(minutes=1)))
    assert desk.clock_states()["acknowledge"] == "running"
    assert desk.state.acknowledgement.state == "failed"
    assert desk.time_passes(after(minutes=6)) == ["at_risk", "breached"]


def test_a_bounce_after_a_human_answer_leaves_the_acknowledgement_kept() -> None:
    desk = Desk()
    acknowledge(desk)
    answer(desk, after(minutes=2))
    desk.does(acknowledgement_failed(desk.state, outbound_id="a", reason="late bounce", now=after(minutes=3)))
    assert desk.clock_states()["acknowledge"] == "met"


def test_an_acknowledgement_told_twice_is_recorded_once() -> None:
    desk = Desk()
    acknowledge(desk)
    seen = len(desk.entries)
    acknowledge(desk, after(minutes=1))
    assert len(desk.entries) == seen


@pytest.mark.parametrize(("owed", "state"), [(True, "running"), (False, "cancelled")])
def test_a_withheld_acknowledgement_is_still_owed_unless_nobody_is_there(owed: bool, state: str) -> None:
    desk = Desk()
    desk.does(acknowledgement_withheld(desk.state, reasons=["automatic"], owed=owed, now=SOON))
    assert desk.clock_states()["acknowledge"] == state
    assert desk.state.acknowledgement.reason == "automatic"


def test_whoever_acts_in_the_moment_after_a_breach_finds_it_in_the_ledger() -> None:
    """The timer may be a moment late: a clock that has run out must not be paused, stopped or extended unbreached."""
    desk = Desk()
    acknowledge(desk)
    moment = desk.state.clocks["next_update"].due_at + timedelta(milliseconds=200)
    kinds = desk.does(
        wait(desk.state, reason="photo", until=moment + timedelta(days=2), terms=desk.terms, by="key:a", now=moment)
    )
    assert kinds == ["at_risk", "breached", "at_risk", "breached", "waiting"]
    assert desk.clock_states()["next_update"] == "breached"
    due = desk.state.clocks["resolve"].due_at
    with pytest.raises(Refused, match="only one that still runs"):
        extend(
            Desk().state,
            clock="resolve",
            reason="late",
            until=due + timedelta(days=2),
            terms=desk.terms,
            by="key:a",
            now=due,
        )


def test_a_late_answer_leaves_the_breach_before_it_in_the_ledger() -> None:
    desk = Desk()
    desk.does(
        reply_sent(
            desk.state, outbound_id="r", provider_message_id=None, final=False, terms=desk.terms, now=after(days=4)
        )
    )
    kinds = [entry.kind for entry in desk.entries]
    assert kinds.count("breached") == 2  # acknowledge and first_response
    assert kinds[-1] == "reply_sent"
    assert desk.clock_states()["first_response"] == "met_late"


def test_a_window_that_closes_is_no_broken_promise() -> None:
    desk = Desk("uk.fca.disp1.general")
    acknowledge(desk)
    answer(desk, after(minutes=1))
    desk.time_passes(after(days=6))
    assert desk.clock_states()["summary_resolution"] == "cancelled"
    assert [entry.kind for entry in desk.entries].count("lapsed") == 1
    assert contribution(desk.state).missed == 0
