"""A complaint received on Friday 18 December 2026 is due when each authority's rule says (worked out by hand)."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.responder.domain.terms import Terms
from tests.unit.responder.house import RECEIVED, policies, terms

EXAMPLES = [
    ("uk.fca.disp1.general", "summary_resolution", date(2026, 12, 23)),
    ("uk.fca.disp1.general", "resolve", date(2027, 2, 12)),
    ("uk.fca.disp1.payment_emoney", "resolve", date(2027, 1, 13)),
    ("it.bank.payment", "resolve", date(2027, 1, 13)),
    ("it.bank.general", "resolve", date(2027, 2, 16)),
    ("it.insurance.ivass", "resolve", date(2027, 2, 1)),
    ("it.energy.arera.complaint", "resolve", date(2027, 1, 17)),
    ("it.telecom.agcom", "resolve", date(2027, 1, 17)),
    ("it.water.arera.rqsii", "resolve", date(2027, 2, 3)),
]
EXTENDED = [
    ("uk.fca.disp1.payment_emoney", date(2027, 2, 10)),
    ("it.bank.payment", date(2027, 2, 10)),
]


@pytest.mark.parametrize(("policy", "kind", "day"), EXAMPLES)
def test_the_due_date_is_the_one_worked_out_by_hand(policy: str, kind: str, day: date) -> None:
    assert local_day(terms(policy).due(kind, RECEIVED), terms(policy)) == day


@pytest.mark.parametrize(("policy", "day"), EXTENDED)
def test_an_extension_reaches_the_date_worked_out_by_hand(policy: str, day: date) -> None:
    ready = terms(policy)
    extension = ready.policy.clocks["resolve"].extension
    assert extension is not None
    assert local_day(ready.due("resolve", RECEIVED, extension.to), ready) == day


def test_the_retail_default_promises_an_hour_of_the_day_at_which_people_work() -> None:
    ready = terms("retail.default")
    due = {kind: ready.due(kind, RECEIVED).astimezone(ZoneInfo("Europe/Rome")) for kind in ready.policy.clocks}
    assert (due["acknowledge"] - RECEIVED).total_seconds() == 300
    assert f"{due['first_response']:%Y-%m-%d %H:%M}" == "2026-12-21 18:00"
    assert f"{due['next_update']:%Y-%m-%d %H:%M}" == "2026-12-28 18:00"
    assert f"{due['resolve']:%Y-%m-%d %H:%M}" == "2027-01-13 18:00"


def test_a_month_that_is_too_short_ends_on_its_last_day() -> None:
    ready = terms("eu.gdpr.dsr")
    received = datetime(2027, 1, 31, 9, tzinfo=ZoneInfo("Europe/Rome"))
    assert local_day(ready.due("resolve", received), ready) == date(2027, 2, 28)


def test_a_first_day_that_counts_brings_the_end_a_day_forward() -> None:
    policy = terms("it.bank.general").policy
    counted = Terms(policy=policy.model_copy(update={"count_first_day": True}), hours=terms("it.bank.general").hours)
    assert local_day(counted.due("resolve", RECEIVED), counted) == date(2027, 2, 15)


def test_what_arrives_after_hours_counts_from_the_next_working_day_where_the_policy_says_so() -> None:
    ready = terms("retail.default")
    late = datetime(2026, 12, 18, 19, tzinfo=ZoneInfo("Europe/Rome"))
    policy = ready.policy.model_copy(update={"after_hours_count_next_day": True})
    counted = Terms(policy=policy, hours=ready.hours)
    assert local_day(counted.due("first_response", late), counted) == date(2026, 12, 22)
    assert local_day(ready.due("first_response", late), ready) == date(2026, 12, 21)


@pytest.mark.parametrize("policy", sorted(policies()))
def test_every_clock_warns_between_its_start_and_its_end(policy: str) -> None:
    ready = terms(policy)
    for kind, data in ready.starts(RECEIVED, "received", running={}).items():
        started, risk, due = (datetime.fromisoformat(data[name]) for name in ("started_at", "at_risk_at", "due_at"))
        assert started < risk < due, kind


def local_day(instant: datetime, ready: Terms) -> date:
    return instant.astimezone(ready.hours_of("resolve").zone).date()
