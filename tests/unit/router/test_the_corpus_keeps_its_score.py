"""How well complaints are read may not fall: the corpus keeps its score; `make bench` prints the whole of it."""

from __future__ import annotations

import sys

import pytest

from shared.rulebook.load import Rulebook
from tests.corpus.scoring import Score, lines, score

FLOORS = {
    "language": 0.98,
    "kind": 0.91,
    "category": 0.82,
    "subcategory": 0.79,
    "severity": 0.79,
    "outcome_sought": 0.66,
}
"""The least share of the development texts of which each fact must be read rightly, all languages together."""


@pytest.fixture(scope="module")
def development(rulebook: Rulebook) -> Score:
    return score("development", rulebook=rulebook)


@pytest.mark.parametrize("fact", FLOORS)
def test_each_fact_is_read_as_well_as_it_was(development: Score, fact: str) -> None:
    assert development.accuracy(fact) >= FLOORS[fact]


def test_no_danger_of_the_corpus_is_missed(development: Score) -> None:
    assert development.dangers.recall == 1.0


def test_signals_are_found_and_not_made_up(development: Score) -> None:
    signals = development.all_signals
    assert signals.precision >= 0.65
    assert signals.recall >= 0.78


def test_numbers_are_found_and_not_made_up(development: Score) -> None:
    for kind in ("order", "amount", "date", "phone", "iban", "card"):
        pooled = development.entities[kind]
        assert pooled.precision >= 0.9, kind
        assert pooled.recall >= 0.9, kind


@pytest.mark.bench
@pytest.mark.parametrize("part", ["development", "unseen"])
def test_the_score_is_printed(rulebook: Rulebook, part: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = score(part, rulebook=rulebook)
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines(part, found)) + "\n")
    assert found.accuracy("language") >= 0.95
