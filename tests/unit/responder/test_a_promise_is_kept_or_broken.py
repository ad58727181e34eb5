"""What keeps a promise and what does not: acknowledgements, human answers, waiting, extensions, re-opening."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

import pytest

from services.responder.domain.acknowledging import (
    acknowledgement_failed,
    acknowledgement_queued,
    acknowledgement_sent,
    acknowledgement_withheld,
)
from services.responder.domain.actions import claim, extend, release, wait
from services.responder.domain.figures import contribution
from services.responder.domain.outcomes import close, reopen, resolve
from services.responder.domain.refusal import Refused
from services.responder.domain.replies import reply, reply_sent
from services.responder.domain.routed import customer_wrote, transferred
from services.responder.domain.steps import set_step
from services.responder.domain.terms import consumed_seconds
from tests.unit.responder.house import RECEIVED, VOCABULARY, Desk

SOON = RECEIVED + timedelta(seconds=2)


def after(**span: float) -> datetime:
    return RECEIVED + timedelta(**span)


def acknowledge(desk: Desk, now: datetime = SOON) -> None:
    desk.does(acknowledgement_queued(desk.state, outbound_id="a", now=now))
    desk.does(
        acknowledgement_sent(
            desk.state, outbound_id="a", channel="email", provider_message_id=None, terms=desk.terms, now=now
        )
    )


def answer(desk: Desk, now: datetime, *, final: bool = False) -> None:
    desk.does(reply(desk.state, outbound_id="r", final=final, by="key:a", now=now))
    desk.does(reply_sent(desk.state, outbound_id="r", provider_message_id="p", final=final, terms=desk.terms, now=now))


def finish(desk: Desk, now: datetime, outcome: str = "upheld") -> list[str]:
    return desk.does(
        resolve(
            desk.state,
            outcome=outcome,
            root_cause="carrier",
            redress=["apology", "apology"],
            summary="Sent again.",
            vocabulary=VOCABULARY,
            terms=desk.terms,
            by="key:a",
            now=now,
        )
    )


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


def test_waiting_stops_only_the_clocks_that_may_stop_and_moves_their_dates_by_the_days_it_took() -> None:
    desk = Desk()
    acknowledge(desk)
    before = desk.state.clocks
    desk.does(wait(desk.state, reason="photo", until=after(days=9), terms=desk.terms, by="key:a", now=after(hours=1)))
    assert desk.clock_states() == {
        "acknowledge": "met", "first_response": "running", "next_update": "paused", "resolve": "paused",
    }  # fmt: skip
    back = after(days=5)  # Wednesday 23 December: three business days on
    desk.does(customer_wrote(desk.state, message_id="m", at=back, routed_sequence=2, terms=desk.terms, now=back))
    assert desk.state.state == "open"
    moved = desk.state.clocks["resolve"]
    assert moved.due_at.date().isoformat() == "2027-01-18"
    assert moved.due_at > before["resolve"].due_at
    assert consumed_seconds(moved, terms=desk.terms, now=back) == 1800  # half an hour before closing time on Friday
    assert desk.state.clocks["first_response"].due_at == before["first_response"].due_at


def test_a_wait_that_nobody_ends_ends_by_itself_at_its_instant() -> None:
    desk = Desk()
    acknowledge(desk)
    until = after(days=3)
    desk.does(wait(desk.state, reason="photo", until=until, terms=desk.terms, by="key:a", now=after(minutes=1)))
    desk.time_passes(after(days=3, minutes=1))
    resumed = next(entry for entry in desk.entries if entry.kind == "resumed")
    assert (resumed.at, resumed.data["reason"]) == (until, "until_passed")


def test_a_law_that_knows_no_pause_goes_on_while_we_wait() -> None:
    desk = Desk("it.bank.general")
    desk.does(wait(desk.state, reason="papers", until=after(days=9), terms=desk.terms, by="key:a", now=SOON))
    assert desk.clock_states()["resolve"] == "running"


def test_a_pause_is_never_longer_than_the_law_allows_in_all() -> None:
    desk = Desk("it.insurance.ivass")
    with pytest.raises(Refused) as refused:
        desk.does(wait(desk.state, reason="agent", until=after(days=17), terms=desk.terms, by="key:a", now=SOON))
    assert refused.value.errors[0][0] == "/until"
    desk.does(wait(desk.state, reason="agent", until=after(days=10), terms=desk.terms, by="key:a", now=SOON))
    desk.time_passes(after(days=10))
    with pytest.raises(Refused):
        wait(desk.state, reason="agent", until=after(days=16), terms=desk.terms, by="key:a", now=after(days=10))
    desk.does(wait(desk.state, reason="agent", until=after(days=14), terms=desk.terms, by="key:a", now=after(days=10)))


def test_an_extension_moves_only_forward_and_only_as_far_as_the_policy_lets_it() -> None:
    desk = Desk("it.bank.payment")
    due = desk.state.clocks["resolve"].due_at

    def moved(until: datetime) -> None:
        desk.does(
            extend(desk.state, clock="resolve", reason="holding", until=until, terms=desk.terms, by="key:a", now=SOON)
        )

    for until in (due, due - timedelta(days=1), due + timedelta(days=60)):
        with pytest.raises(Refused) as refused:
            moved(until)
        assert (refused.value.status, refused.value.errors[0][0]) == (422, "/until")
    moved(due + timedelta(days=20))
    assert desk.state.clocks["resolve"].due_at == due + timedelta(days=20)
    with pytest.raises(Refused, match="as often as the policy allows"):
        moved(due + timedelta(days=21))


def test_a_clock_that_has_run_out_cannot_be_extended_any_more() -> None:
    desk = Desk("it.bank.payment")
    due = desk.state.clocks["resolve"].due_at
    desk.time_passes(due)
    with pytest.raises(Refused) as refused:
        extend(
            desk.state, clock="resolve", reason="late", until=due + timedelta(days=5), terms=desk.terms, by="a", now=due
        )
    assert refused.value.status == 409


def test_a_transfer_resets_no_clock_and_leaves_the_owner_behind() -> None:
    desk = Desk()
    desk.does(claim(desk.state, owner="anna", by="key:a", now=SOON))
    clocks = desk.state.clocks
    desk.does(
        transferred(desk.state, queue="spare_parts", by="key:a", reason="not ours", at=after(days=1), routed_sequence=2)
    )
    assert desk.state.clocks == clocks
    assert (desk.state.queue, desk.state.owner, desk.state.transfers) == ("spare_parts", None, 1)


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


def test_a_window_that_closes_is_no_broken_promise() -> None:
    desk = Desk("uk.fca.disp1.general")
    acknowledge(desk)
    answer(desk, after(minutes=1))
    desk.time_passes(after(days=6))
    assert desk.clock_states()["summary_resolution"] == "cancelled"
    assert [entry.kind for entry in desk.entries].count("lapsed") == 1
    assert contribution(desk.state).missed == 0


def test_resolving_opens_the_window_for_the_ombudsman() -> None:
    desk = Desk("uk.fca.disp1.general")
    assert "ombudsman_referral_window" not in desk.state.clocks
    finish(desk, after(days=2))
    assert desk.clock_states()["summary_resolution"] == "met"
    assert desk.clock_states()["ombudsman_referral_window"] == "running"


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


def test_what_the_state_does_not_allow_is_a_conflict() -> None:
    desk = Desk()

    def refused(act: Callable[[], object]) -> int:
        with pytest.raises(Refused) as refused:
            act()
        return refused.value.status

    desk_state, words = desk.state, VOCABULARY
    assert refused(lambda: release(desk_state, by="key:a", now=SOON)) == 409
    assert refused(lambda: close(desk_state, by="key:a", now=SOON)) == 409
    assert (
        refused(
            lambda: reopen(desk_state, reason="not_fixed", terms=desk.terms, vocabulary=words, by="key:a", now=SOON)
        )
        == 409
    )


def test_a_complaint_has_one_owner() -> None:
    desk = Desk()
    assert desk.does(claim(desk.state, owner="anna", by="key:a", now=SOON)) == ["claimed"]
    assert desk.does(claim(desk.state, owner="anna", by="key:a", now=SOON)) == []
    with pytest.raises(Refused):
        claim(desk.state, owner="bruno", by="key:b", now=SOON)


def test_a_step_is_done_with_evidence_or_skipped_with_a_reason() -> None:
    desk = Desk()

    def settle(step: str, to: str, *, evidence: str | None = None, reason: str | None = None) -> list[str]:
        state: Literal["done", "skipped"] = "done" if to == "done" else "skipped"
        return desk.does(
            set_step(desk.state, step=step, to=state, evidence=evidence, reason=reason, by="key:a", now=SOON)
        )

    for step, to, status in (
        ("solve", "done", 422),
        ("solve", "skipped", 409),
        ("listen", "skipped", 422),
        ("x", "done", 404),
    ):
        with pytest.raises(Refused) as refused:
            settle(step, to)
        assert refused.value.status == status
    assert settle("solve", "done", evidence="tracking number filed") == ["step"]
    assert settle("solve", "done", evidence="tracking number filed") == []
    assert [step.state for step in desk.state.steps] == ["open", "done", "open"]
    due_at = desk.state.steps[0].due_at
    assert due_at is not None
    assert due_at.isoformat() == "2026-12-21T11:30:00+00:00"  # half an hour left on Friday, then Monday morning


def test_the_step_of_the_system_follows_the_acknowledgement() -> None:
    desk = Desk()

    def step() -> tuple[str, str | None, str | None]:
        confirm = desk.state.steps[-1]
        return confirm.state, confirm.reason, confirm.by

    assert step() == ("open", None, None)
    desk.does(acknowledgement_queued(desk.state, outbound_id="a", now=SOON))
    assert step()[0] == "open"
    desk.does(
        acknowledgement_sent(
            desk.state, outbound_id="a", channel="email", provider_message_id=None, terms=desk.terms, now=SOON
        )
    )
    assert step() == ("done", None, "system")
    assert (desk.state.steps[-1].evidence, desk.state.steps[-1].at) == ("a", SOON)
    assert {one.state for one in desk.state.steps[:-1]} == {"open"}
    desk.does(acknowledgement_failed(desk.state, outbound_id="a", reason="mailbox_full", now=SOON))
    assert step() == ("open", "failed: mailbox_full", "system")


def test_a_withheld_acknowledgement_leaves_its_step_to_a_person() -> None:
    desk = Desk()
    desk.does(acknowledgement_withheld(desk.state, reasons=["date_missing"], owed=True, now=SOON))
    assert (desk.state.steps[-1].state, desk.state.steps[-1].reason) == ("open", "withheld: date_missing")
    desk.does(set_step(desk.state, step="confirm", to="done", evidence="by phone", reason=None, by="key:a", now=SOON))
    assert desk.state.steps[-1].state == "done"
    desk.does(
        acknowledgement_sent(
            desk.state, outbound_id="a", channel="email", provider_message_id=None, terms=desk.terms, now=SOON
        )
    )
    assert desk.state.steps[-1].evidence == "by phone", "what a person has settled stays settled"


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
