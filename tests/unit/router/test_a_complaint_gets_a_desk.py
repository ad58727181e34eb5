"""Every complaint gets exactly one desk, by the first rule that matches, with its reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.router.domain.reading import Reading, read
from services.router.domain.routing import RoutableComplaint, decide, facts_of
from shared.rulebook.facts import FACTS, example_facts
from shared.rulebook.load import Rulebook
from shared.rulebook.rules import Rule, Then
from tests.unit.router.corpus import default_rulebook

PIECES = (
    "non", "arrivato", ".", "\n\n", "pacco", "fire", "n't", "’", "\x00", "\ud800", "İ", "ß", "12.5", "3x", "...",
)  # fmt: skip


def reading(**changes: Any) -> Reading:
    plain = Reading(
        language="it",
        category="delivery",
        subcategory=None,
        severity="S3",
        signals=(),
        outcome_sought=None,
        evidence=(),
    )
    return replace(plain, **changes)


def complaint(**changes: Any) -> RoutableComplaint:
    plain = RoutableComplaint(reading=reading(), channel="email", account="shop")
    return replace(plain, **changes)


def test_every_category_reaches_its_default_desk(rulebook: Rulebook) -> None:
    for code, category in rulebook.taxonomy.categories.items():
        decision = decide(complaint(reading=reading(category=code)), rulebook)
        assert decision.queue == category.queue, code
        assert decision.policy == rulebook.queues[category.queue].policy


def test_the_delivery_that_never_came_goes_to_logistics_and_says_why(rulebook: Rulebook) -> None:
    text = "Il corriere ha segnato consegnato ma il pacco non è mai arrivato."
    decision = decide(complaint(reading=read(text, rulebook=rulebook)), rulebook)
    assert (decision.language, decision.category, decision.queue) == ("it", "delivery", "logistics")
    assert decision.because.rule == "delivery"
    assert decision.because.condition == 'complaint.category == "delivery"'
    assert decision.because.facts == {"category": "delivery"}
    assert decision.because.evidence
    assert decision.rulebook == rulebook.version


@pytest.mark.parametrize("category", ["delivery", "billing", "staff_conduct", "not_a_complaint", "data_privacy"])
def test_whoever_could_be_hurt_goes_to_safety_first(rulebook: Rulebook, category: str) -> None:
    hurt = reading(category=category, signals=("injury_or_hazard", "legal_threat"), severity="S1")
    decision = decide(complaint(reading=hurt, automatic=True), rulebook)
    assert (decision.queue, decision.playbook, decision.priority) == ("safety", "safety", "P1")


@pytest.mark.parametrize(
    ("signal", "queue"),
    [
        ("self_harm", "complaints_lead"),
        ("threat_to_staff", "security"),
        ("data_breach", "dpo"),
        ("discrimination", "people_review"),
    ],
)
def test_signals_route(rulebook: Rulebook, signal: str, queue: str) -> None:
    assert decide(complaint(reading=reading(signals=(signal,))), rulebook).queue == queue


@pytest.mark.parametrize(
    ("changes", "policy"),
    [
        ({}, "retail.default"),
        ({"segment": "business"}, "business.default"),
        ({"public": True}, "social.default"),
        ({"public": True, "reading": reading(category="safety", severity="S1")}, "safety.urgent"),
    ],
)
def test_the_promises_of_time_follow_from_who_asks_and_where(
    rulebook: Rulebook, changes: dict[str, Any], policy: str
) -> None:
    assert decide(complaint(**changes), rulebook).policy == policy


def test_robots_and_non_complaints_go_to_triage_never_away(rulebook: Rulebook) -> None:
    assert decide(complaint(automatic=True), rulebook).queue == "triage"
    thanks = read("Complimenti per la gentilezza del personale, bravissimi!", rulebook=rulebook)
    decision = decide(complaint(reading=thanks), rulebook)
    assert (decision.queue, decision.because.rule, decision.subcategory) == ("triage", "not-a-complaint", "praise")


def test_a_rule_that_raises_is_skipped_and_told(rulebook: Rulebook) -> None:
    broken = Rule.model_construct(
        id="broken", title="It divides by zero", when="1 / complaint.reach > 1", then=Then(queue="field")
    )
    told: list[tuple[str, str]] = []
    decision = decide(
        complaint(), replace(rulebook, rules=(broken, *rulebook.rules)), on_failed_rule=lambda *said: told.append(said)
    )
    assert decision.queue == "logistics"
    assert told == [("broken", "ZeroDivisionError")]


def test_when_every_rule_fails_triage_takes_it(rulebook: Rulebook) -> None:
    broken = Rule.model_construct(id="broken", title="x", when="complaint.nothing == 1", then=Then(queue="field"))
    last = rulebook.rules[-1].model_copy(update={"when": "complaint.nothing == 2"})
    assert decide(complaint(), replace(rulebook, rules=(broken, last))).queue == "triage"


def test_the_facts_are_those_that_are_documented() -> None:
    facts = facts_of(complaint())
    assert facts.keys() == FACTS.keys() == example_facts().keys()
    assert all(isinstance(facts[name], fact.kind) for name, fact in FACTS.items())


def test_the_reason_names_no_values_of_foreign_metadata(rulebook: Rulebook) -> None:
    rule = Rule(id="shop", title="x", when='"shop" in complaint.metadata', then=Then(queue="orders"))
    asked = complaint(metadata={"shop": "Anna Bianchi"})
    because = decide(asked, replace(rulebook, rules=(rule, *rulebook.rules))).because
    assert because.facts["metadata"] == ["shop"]


@settings(deadline=None, max_examples=300)
@given(
    text=st.one_of(
        st.text(max_size=300),
        st.text(alphabet=st.characters(codec=None), max_size=80),
        st.lists(
            st.sampled_from(PIECES),
            max_size=60,
        ).map(" ".join),
    ),
    subject=st.none() | st.text(max_size=40),
    hint=st.none() | st.text(max_size=12),
    said=st.none() | st.text(max_size=30),
    reach=st.none() | st.integers(-5, 2**70),
    contacts=st.integers(0, 2**70),
    flag=st.booleans(),
)  # fmt: skip
def test_any_text_at_all_gets_a_desk(
    text: str,
    subject: str | None,
    hint: str | None,
    said: str | None,
    reach: int | None,
    contacts: int,
    flag: bool,
) -> None:
    rulebook = default_rulebook()
    found = read(
        text, rulebook=rulebook, subject=subject, hint=hint, outcome_said=said, reach=reach, contacts=contacts,
        automatic=flag,
    )  # fmt: skip
    failed: list[str] = []
    decision = decide(
        complaint(reading=found, reach=reach or 0, contacts=contacts, automatic=flag, metadata={"x": text}),
        rulebook,
        on_failed_rule=lambda rule, _: failed.append(rule),
    )
    assert decision.queue in rulebook.queues
    assert decision.playbook in rulebook.playbooks
    assert decision.policy in rulebook.policies
    assert failed == []
    again = read(
        text, rulebook=rulebook, subject=subject, hint=hint, outcome_said=said, reach=reach, contacts=contacts,
        automatic=flag,
    )  # fmt: skip
    assert again == found


def test_a_text_of_a_hundred_thousand_characters_is_read_in_bounded_time(rulebook: Rulebook) -> None:
    assert read("pacco mai arrivato " * 50_000, rulebook=rulebook).category == "delivery"
    assert read("ა" * 100_000 + "'" * 1_000, rulebook=rulebook).category == "other"
