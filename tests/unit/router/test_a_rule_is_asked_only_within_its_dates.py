"""A rule for a fortnight of strikes is asked in that fortnight, by the days of the desk, and at no other time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.router.domain.routing import decide
from shared.rulebook.load import Rulebook
from shared.rulebook.rules import PolicyRule, Rule, Then
from tests.unit.router.test_a_complaint_gets_a_desk import complaint

STRIKE = Rule(
    id="strike",
    title="Carriers on strike",
    when='complaint.category == "delivery"',
    effective_from=date(2026, 12, 1),
    effective_to=date(2026, 12, 14),
    then=Then(queue="complaints_lead"),
)
PROMISE = PolicyRule(
    id="promise", title="From the new year on", when="true", effective_from=date(2027, 1, 1), policy="social.default"
)


@pytest.fixture
def dated(rulebook: Rulebook) -> Rulebook:
    return replace(rulebook, rules=(STRIKE, *rulebook.rules), policy_rules=(PROMISE, *rulebook.policy_rules))


@pytest.mark.parametrize(
    ("received_at", "rule"),
    [
        (datetime(2026, 11, 30, 22, 59, tzinfo=UTC), "delivery"),
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), "strike"),  # midnight in Rome
        (datetime(2026, 12, 14, 22, 59, tzinfo=UTC), "strike"),
        (datetime(2026, 12, 14, 23, 0, tzinfo=UTC), "delivery"),
        (None, "delivery"),
    ],
)
def test_the_day_of_receipt_decides_whether_a_rule_is_asked(
    dated: Rulebook, received_at: datetime | None, rule: str
) -> None:
    assert decide(complaint(received_at=received_at), dated).because.rule == rule


def test_a_promise_with_dates_holds_from_its_day_on(dated: Rulebook) -> None:
    before = decide(complaint(received_at=datetime(2026, 12, 20, tzinfo=UTC)), dated)
    after = decide(complaint(received_at=datetime(2027, 1, 1, 12, tzinfo=UTC)), dated)
    assert (before.policy, after.policy) == ("retail.default", "social.default")
    assert before.rulebook == after.rulebook == dated.version
