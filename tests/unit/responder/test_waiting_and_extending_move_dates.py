"""What moves a date and how far: waiting for the customer, an extension; a transfer moves none."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from services.responder.domain.actions import claim, extend, wait
from services.responder.domain.refusal import Refused
from services.responder.domain.routed import customer_wrote, transferred
from services.responder.domain.terms import consumed_seconds
from tests.unit.responder.deeds import SOON, acknowledge, after, answer
from tests.unit.responder.house import Desk


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
        hears(desk, until=after(days=17), now=SOON)
    assert refused.value.errors[0][0] == "/until"
    hears(desk, until=after(days=10), now=SOON)
    assert desk.clock_states()["resolve"] == "paused"
    desk.time_passes(after(days=10))
    with pytest.raises(Refused):
        hears(desk, until=after(days=16), now=after(days=10))
    hears(desk, until=after(days=14), now=after(days=10))


def test_many_short_pauses_over_midnight_move_no_date_further_than_the_law_allows_in_all() -> None:
    desk = Desk("it.insurance.ivass")
    before = desk.state.clocks["resolve"].due_at
    for day in range(20):
        evening = after(days=day, hours=6)  # 23:30 in Rome
        hears(desk, until=evening + timedelta(hours=1), now=evening)
        desk.time_passes(evening + timedelta(hours=1))
    assert desk.state.clocks["resolve"].due_at - before == timedelta(days=15)


def test_a_pause_stands_only_on_the_ground_that_the_law_names() -> None:
    desk = Desk("it.insurance.ivass")
    desk.does(wait(desk.state, reason="papers", until=after(days=40), terms=desk.terms, by="key:a", now=SOON))
    assert desk.state.state == "waiting_for_customer"
    assert desk.clock_states()["resolve"] == "running"
    desk.time_passes(after(days=40))
    with pytest.raises(Refused) as refused:
        hears(desk, until=after(days=42), now=after(days=40), ground="holidays")
    assert refused.value.errors == (
        ("/ground", "the only ground of the policy it.insurance.ivass is `hearing_of_intermediary`"),
    )
    hears(desk, until=after(days=42), now=after(days=40))
    assert desk.clock_states()["resolve"] == "paused"
    with pytest.raises(Refused, match="knows no ground"):
        hears(Desk("it.bank.general"), until=after(days=1), now=SOON)


def hears(desk: Desk, *, until: datetime, now: datetime, ground: str = "hearing_of_intermediary") -> None:
    desk.does(wait(desk.state, reason="agent", ground=ground, until=until, terms=desk.terms, by="key:a", now=now))


def test_an_extension_that_asks_for_a_holding_reply_waits_for_one() -> None:
    desk = Desk("it.bank.payment")
    with pytest.raises(Refused, match="only after a holding reply"):
        extended(desk, until=after(days=40))
    answer(desk, SOON)
    extended(desk, until=after(days=40))
    assert desk.state.clocks["resolve"].due_at == after(days=40)


def test_an_extension_without_a_limit_of_the_law_and_one_by_days_end_where_their_policies_say() -> None:
    free, by_days = Desk("au.asic.rg271"), Desk("uk.lgo.code.stage1")
    for desk in (free, by_days):
        answer(desk, SOON)
    due = by_days.state.clocks["resolve"].due_at
    extended(free, until=after(days=200))
    with pytest.raises(Refused):
        extended(by_days, until=due + timedelta(days=15))
    extended(by_days, until=due + timedelta(days=14))


def extended(desk: Desk, *, until: datetime) -> None:
    desk.does(
        extend(desk.state, clock="resolve", reason="holding", until=until, terms=desk.terms, by="key:a", now=SOON)
    )


def test_an_extension_moves_only_forward_and_only_as_far_as_the_policy_lets_it() -> None:
    desk = Desk("it.bank.payment")
    answer(desk, SOON)
    due = desk.state.clocks["resolve"].due_at

    def moved(until: datetime) -> None:
        extended(desk, until=until)

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
