"""How long other systems are waited for, what each hears, and how much of what is in hand one of them may hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.responder.domain.webhook_bodies import TYPES
from services.responder.domain.webhook_pace import FIRST, HANGS_AFTER_S, MOST, Pace
from services.responder.domain.webhook_patience import (
    GATE_FROM,
    MOST_ASKED,
    TRIED_FOR,
    Attempted,
    endpoint_after,
    paused,
    resumed,
    settled,
    wait,
)
from services.responder.domain.webhooks import Notification, Subscription, wants
from shared.contracts.webhooks import COMPLAINT_EVENT_TYPES

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FAILED = Attempted(outcome="failed", cause="status_500", status=500)
WELL = Attempted(outcome="delivered", status=200)
COMPLAINT = uuid4()


def subscription(**other: Any) -> Subscription:
    values: dict[str, Any] = {
        "subscription_id": UUID(int=1), "title": "crm", "url": "https://crm.test/", "created_at": NOW,
        "created_by": "key:k1",
    }  # fmt: skip
    return Subscription(**(values | other))


def notification(**other: Any) -> Notification:
    values: dict[str, Any] = {
        "notification_id": UUID(int=2), "subscription_id": UUID(int=1), "event_id": UUID(int=3), "state": "sending",
        "attempts": 1, "ready_at": NOW, "first_tried_at": NOW,
    }  # fmt: skip
    return Notification(**(values | other))


@given(st.floats(0, 1), st.integers(1, 200))
def test_rests_grow_from_seconds_to_hours_and_are_spread(draw: float, attempts: int) -> None:
    rest = wait(attempts, draw=draw)
    assert timedelta(seconds=4) <= rest <= timedelta(hours=9.6)
    assert wait(attempts + 1, draw=draw) >= rest


def test_a_notification_is_tried_for_three_days_and_not_for_ever() -> None:
    one, endpoint, now, tries = notification(), subscription(last_success_at=NOW), NOW, 0
    while one.state != "failed":
        endpoint = replace(endpoint, last_success_at=now)  # it takes everything else
        one = settled(one, endpoint, FAILED, now=now, draw=0.5)
        now, tries = max(now, one.ready_at), tries + 1
        one = replace(one, attempts=one.attempts + 1)
    assert TRIED_FOR <= now - NOW < TRIED_FOR + timedelta(hours=8)
    assert 12 <= tries <= 25


def test_an_endpoint_that_takes_nothing_for_three_days_is_paused_and_nothing_is_given_up() -> None:
    later = NOW + TRIED_FOR
    endpoint = endpoint_after(subscription(failures=30), notification(), FAILED, now=later, draw=0.5)
    one = settled(notification(), subscription(), FAILED, now=later, draw=0.5)
    assert (endpoint.state, endpoint.paused_reason, one.state) == ("paused", "failing", "queued")
    again = resumed(endpoint, now=later)
    assert (again.state, again.failures, again.gate_until) == ("active", 0, None)
    # All its patience begins anew, though the notification was first tried three days ago.
    assert endpoint_after(again, one, FAILED, now=later + timedelta(hours=1), draw=0.5).state == "active"


def test_gone_pauses_at_the_first_answer() -> None:
    gone = Attempted(outcome="gone", cause="gone", status=410)
    assert endpoint_after(subscription(), notification(), gone, now=NOW, draw=0.5).paused_reason == "gone"
    assert settled(notification(), subscription(), gone, now=NOW, draw=0.5).state == "queued"


def test_who_paused_it_first_is_remembered() -> None:
    by_hand = paused(subscription(), reason="manual", detail="moving", now=NOW)
    assert paused(by_hand, reason="failing", detail="timeout", now=NOW + timedelta(days=1)) == by_hand


def test_the_gate_shuts_after_some_failures_and_opens_with_the_first_yes() -> None:
    endpoint = subscription()
    for n in range(1, GATE_FROM + 8):
        endpoint = endpoint_after(endpoint, notification(), FAILED, now=NOW, draw=0.5)
        assert (endpoint.gate_until is None) == (n < GATE_FROM)
    assert endpoint.failing_since == NOW
    assert endpoint.gate_until == NOW + timedelta(minutes=15)
    well = endpoint_after(endpoint, notification(), WELL, now=NOW, draw=0.5)
    assert (well.failures, well.failing_since, well.gate_until, well.last_success_at) == (0, None, None, NOW)


@pytest.mark.parametrize("asked", [timedelta(hours=2), timedelta(days=300)])
def test_what_retry_after_asks_for_is_kept_up_to_a_day(asked: timedelta) -> None:
    told = replace(FAILED, asked=asked)
    endpoint = endpoint_after(subscription(), notification(), told, now=NOW, draw=0.5)
    assert endpoint.asked_until == NOW + min(asked, MOST_ASKED)
    assert settled(notification(), subscription(), told, now=NOW, draw=0.5).ready_at == endpoint.asked_until
    # Another answer, which was under way already, does not shorten it.
    assert endpoint_after(endpoint, notification(), WELL, now=NOW, draw=0.5).asked_until == endpoint.asked_until
    assert endpoint_after(endpoint, notification(), FAILED, now=NOW, draw=0.5).asked_until == endpoint.asked_until


@pytest.mark.parametrize(
    ("events", "filters", "hears"),
    [
        ((), {}, True),
        (("complaint.resolved",), {}, False),
        (("complaint.transferred", "complaint.closed"), {}, True),
        ((), {"queue": ("billing",)}, True),
        ((), {"queue": ("logistics",)}, True),
        ((), {"queue": ("triage",)}, False),
        ((), {"queue": ("billing",), "severity": ("S1",)}, False),
        ((), {"subcategory": ("late",)}, False),
    ],
)
def test_filters_are_all_to_be_met_and_both_queues_of_a_transfer_count(
    events: tuple[str, ...], filters: dict[str, tuple[str, ...]], hears: bool
) -> None:
    facts = {"queue": ["billing", "logistics"], "severity": ["S3"]}
    one = subscription(events=events, filters=filters)
    assert wants(one, event_type="complaint.transferred", facts=facts, subject=COMPLAINT) is hears


def test_a_pause_is_told_to_those_who_name_it_and_not_to_the_one_that_is_paused() -> None:
    event = {"event_type": "webhook.subscription_paused", "facts": {}}
    asks = subscription(events=("webhook.subscription_paused",), filters={"queue": ("billing",)})
    assert wants(asks, subject=UUID(int=9), **event)  # type: ignore[arg-type]
    assert not wants(asks, subject=asks.subscription_id, **event)  # type: ignore[arg-type]
    assert not wants(subscription(), subject=UUID(int=9), **event)  # type: ignore[arg-type]


def test_calls_that_hang_keep_no_slot_but_are_not_without_number() -> None:
    pace = Pace()
    for n in range(12):
        pace.taken(UUID(int=n % 4), UUID(int=100 + n), at=0)
    assert pace.slots_left(10, at=0.5) == -2
    assert pace.slots_left(16, at=HANGS_AFTER_S + 0.1) == 16
    assert pace.slots_left(10, at=HANGS_AFTER_S + 0.1) == 8


def test_every_type_is_told_by_some_entry() -> None:
    assert set(TYPES.values()) == set(COMPLAINT_EVENT_TYPES)


def test_who_answers_gets_more_and_who_hangs_gets_nothing_more() -> None:
    pace, good, bad = Pace(), UUID(int=1), UUID(int=2)
    for n in range(20):
        pace.taken(good, UUID(int=n), at=0)
        pace.answered(good, UUID(int=n), well=True)
    pace.taken(bad, UUID(int=99), at=0)
    assert pace.free(at=0.1) == {good: MOST, bad: FIRST - 1}
    assert pace.free(at=HANGS_AFTER_S + 0.1) == {good: MOST, bad: 0}
    pace.answered(bad, UUID(int=99), well=False)
    assert pace.free(at=HANGS_AFTER_S + 0.1)[bad] == 1
    pace.forget({good})
    assert bad not in pace.free(at=9)
