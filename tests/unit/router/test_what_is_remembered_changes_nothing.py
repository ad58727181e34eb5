"""Reading and routing remember words and facts; each result is the one that is computed without any memory."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.router.domain.asking import Rules, facts_asked
from services.router.domain.phrases import GAP, Matcher, Meaning
from services.router.domain.reading import Reading
from services.router.domain.remembered import LONGEST, Remembered
from services.router.domain.routing import RoutableComplaint, decide, facts_of
from services.router.domain.tokens import tokenise
from shared.rulebook import engine
from shared.rulebook.facts import FACTS
from shared.rulebook.load import Rulebook
from shared.rulebook.rules import Rule, Then
from tests.unit.router.corpus import default_rulebook

WHOLE = re.compile(
    r"[^\W\d_][^\W_]*(?:['’]t(?![^\W_]))?|\d+(?:[.,:/]\d+)*(?![^\W\d_])|\d[^\W_]*|(?<!\.)[.!?;](?=\s|$)|\n\s*\n"
)
PIECES = st.sampled_from(
    ["non", "arrivato", "don't", "l’armadio", "3.5", "12kg", ".", "...", "?!", ";", "\n", "\n \n", "\r\n", " ", "\t",
     "\x1c", "\x85", "\u2028", "\u3000", "\u00b4", "\u0301", "ﬁ", "İ", "ß", "_", "a" * (LONGEST + 1)]
)  # fmt: skip


@settings(max_examples=500)
@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=60))
def test_tokens_are_those_of_one_expression_over_the_whole_text(text: str) -> None:
    whole = unicodedata.normalize("NFKC", text) if not text.isascii() else text
    assert tokenise(text) == WHOLE.findall(whole.casefold())
    assert tokenise(text) == WHOLE.findall(whole.casefold())


PHRASES = ("a", "a b", "a .. b", "b|c .. a", "a <> c", "d* .. a b", "a .. b .. c", "# .. b", "*dd", "c d .. c")
WORDS = ("a", "b", "c", "dd", "ddx", "7", "x", ".")


def _walked(phrase: str, tokens: list[str]) -> list[tuple[int, ...]]:
    """Find a phrase as it is described: step by step from each word, always the next word that fits."""
    one, either, other = phrase.partition(" <> ")
    orders = [f"{other} .. {one}", f"{one} .. {other}"] if either else [phrase]
    return [found for order in orders for at in range(len(tokens)) if (found := _from(order.split(), tokens, at))]


def _from(parts: list[str], tokens: list[str], at: int) -> tuple[int, ...]:
    if not _fits(parts[0], tokens[at]):
        return ()
    places, gap = [at], 0
    for part in parts[1:]:
        if part == "..":
            gap = GAP
            continue
        for place in range(places[-1] + 1, min(places[-1] + 2 + gap, len(tokens))):
            if tokens[place] == ".":
                return ()
            if _fits(part, tokens[place]):
                places.append(place)
                break
        else:
            return ()
        gap = 0
    return tuple(places)


def _fits(part: str, token: str) -> bool:
    shapes = {"#": r"\d+"}
    return any(
        re.fullmatch(shapes.get(one, one.replace("*", r"\w*")), token) is not None and token != "."
        for one in part.split("|")
    )


@settings(max_examples=400)
@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_the_matcher_finds_what_a_walk_from_each_word_finds(tokens: list[str]) -> None:
    matcher = Matcher([Meaning(phrase=phrase, fact="x", value="x") for phrase in PHRASES], language="en")
    found = sorted((hit.meaning.phrase, hit.places) for hit in matcher.find(tokens))
    assert found == sorted((phrase, places) for phrase in PHRASES for places in _walked(phrase, tokens))
    assert [hit.start for hit in matcher.find(tokens)] == sorted(hit.start for hit in matcher.find(tokens))


FACTS_OF_COMPLAINTS = st.fixed_dictionaries(
    {
        "category": st.sampled_from(sorted(default_rulebook().taxonomy.categories)),
        "subcategory": st.sampled_from([None, "late", "breach", "outage", "courier_conduct"]),
        "severity": st.sampled_from(["S1", "S3"]),
        "signals": st.sets(st.sampled_from(sorted(default_rulebook().taxonomy.signals)), max_size=3).map(sorted),
    }
)


@settings(max_examples=300)
@given(
    reading=FACTS_OF_COMPLAINTS, segment=st.sampled_from(["consumer", "business"]), public=st.booleans(),
    automatic=st.booleans(), contacts=st.integers(1, 5), metadata=st.dictionaries(st.text(), st.text(), max_size=2),
)  # fmt: skip
def test_a_decision_is_that_of_each_rule_asked_with_every_fact(reading: dict[str, Any], **how: Any) -> None:
    rulebook = default_rulebook()
    read = Reading(language="it", outcome_sought=None, evidence=(), **{**reading, "signals": tuple(reading["signals"])})
    complaint = RoutableComplaint(reading=read, channel="email", account="shop", **how)
    decision = decide(complaint, rulebook)
    context = engine.Context({"complaint": facts_of(complaint)})
    first = next(rule for rule in rulebook.rules if engine.compile(rule.when).execute(context) is True)
    assert decision.because.rule == first.id
    assert decide(complaint, rulebook) == decision == decide(complaint, replace(rulebook))


@pytest.mark.parametrize(
    ("condition", "asked"),
    [
        ('complaint.category == "x" && complaint.reach > 1', ("category", "reach")),
        ("has(complaint.metadata)", ("metadata",)),
        ('complaint["category"] == "x"', tuple(FACTS)),
        ('complaint .category == "x"', tuple(FACTS)),
        ('[complaint].exists(c, c.category == "x")', tuple(FACTS)),
        ("complaint.nothing == 1", tuple(FACTS)),
        ("true", ()),
    ],
)
def test_a_condition_is_given_every_fact_that_it_may_look_at(condition: str, asked: tuple[str, ...]) -> None:
    assert facts_asked([condition]) == asked


def test_a_rule_that_looks_at_anything_sees_each_complaint_anew(rulebook: Rulebook) -> None:
    rule = Rule(id="shop", title="x", when='"shop" in complaint["metadata"]', then=Then(queue="orders"))
    asked = replace(rulebook, rules=(rule, *rulebook.rules))
    plain = RoutableComplaint(
        reading=Reading(
            language="it", category="delivery", subcategory=None, severity="S3", signals=(), outcome_sought=None,
            evidence=(),
        ),
        channel="email", account="shop",
    )  # fmt: skip
    assert decide(plain, asked).queue == "logistics"
    assert decide(replace(plain, metadata={"shop": "3"}), asked).queue == "orders"
    assert decide(replace(plain, metadata={"ship": "3"}), asked).queue == "logistics"


def test_a_rule_that_fails_is_told_each_time(rulebook: Rulebook) -> None:
    broken = Rule.model_construct(id="broken", title="x", when="1 / complaint.reach > 1", then=Then(queue="field"))
    rules = Rules(replace(rulebook, rules=(broken, *rulebook.rules)))
    values = tuple({"category": "delivery", "reach": 0, "contacts": 1}.get(n, FACTS[n].kind()) for n in rules.asks)
    hashable = tuple(tuple(value) if isinstance(value, list) else value for value in values)
    assert rules.find(hashable).failed == rules.find(hashable).failed == (("broken", "ZeroDivisionError"),)


def test_the_memory_is_bounded() -> None:
    computed: list[str] = []

    def compute(word: str) -> str:
        computed.append(word)
        return word

    remembered = Remembered(compute, most=3)
    for word in ("a", "b", "a", "c", "d", "a", "x" * (LONGEST + 1), "x" * (LONGEST + 1)):
        assert remembered[word] == word
        assert len(remembered) <= 3
    assert computed == ["a", "b", "c", "d", "a", "x" * (LONGEST + 1), "x" * (LONGEST + 1)]
