"""A rule that fails at night is skipped, told and counted; the complaint gets the desk it would have without it."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY

from services.router.usecases.deciding import ByRulebook
from shared.rulebook.load import Rulebook
from shared.rulebook.rules import Rule, Then
from tests.integration.router.stories import said

FAILS = Rule(
    id="fails-for-three",
    title="Divides by nothing for the third complaint",
    when="10 / (complaint.contacts - 3) > 100",
    then=Then(queue="security"),
)


def counted() -> float:
    found = [
        sample.value
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name == "router_failed_rules_total" and sample.labels["rule"] == FAILS.id
    ]
    return sum(found)


def test_the_complaint_gets_its_desk_and_somebody_is_told(rulebook: Rulebook, caplog: pytest.LogCaptureFixture) -> None:
    judge = ByRulebook(rulebook=replace(rulebook, rules=(FAILS, *rulebook.rules)))
    message = said("Il pacco non è mai arrivato, vergogna.", id_="1")
    before = counted()
    assert judge(message, contacts=2).decision.queue == "logistics"
    assert counted() == before
    with caplog.at_level(logging.WARNING):
        decision = judge(message, contacts=3).decision
    assert (decision.queue, decision.because.rule) == ("logistics", "delivery")
    assert counted() == before + 1
    [record] = [one for one in caplog.records if one.message == "a rule failed and was skipped"]
    assert record.__dict__["rule"] == FAILS.id
    assert "vergogna" not in str(record.__dict__)
