"""Where the classifier is sure it decides before the lexicon, and the decision says so; else nothing changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from services.router.learning.examples import Example
from services.router.learning.meanings import meanings
from services.router.learning.storing import save
from services.router.learning.training import train
from services.router.usecases.deciding import ByRulebook
from services.router.usecases.learned import ByClassifier, known_words, open_classifier
from tests.integration.router.stories import said
from tests.unit.router.corpus import default_rulebook
from tests.unit.router.learning.sayings import VAGUE, sayings

# One house files rudeness under the handling of complaints: what its people decide, the lexicon cannot know.
CATEGORIES = {
    "consegna": "delivery",
    "fattura": "billing",
    "guasto": "product_defect",
    "personale": "complaint_handling",
    "accesso": "digital_service",
    "reso": "not_a_complaint",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("model")
    examples: list[Example] = [replace(one, label=CATEGORIES[str(one.label)]) for one in sayings("it")]
    trained = train(examples, precision=0.95, meanings=meanings(), tell=lambda _: None)
    save(trained.classifier, seen=trained.seen, folder=found)
    return found


def judges(folder: Path) -> tuple[ByRulebook, ByRulebook, ByClassifier]:
    classifier = open_classifier(folder)
    assert classifier is not None
    rulebook = default_rulebook()
    return ByRulebook(rulebook=rulebook), ByRulebook(rulebook=rulebook, classifier=classifier), classifier


def test_a_sure_classifier_decides_and_the_decision_names_model_and_words(folder: Path) -> None:
    before, after, classifier = judges(folder)
    message = said("L'impiegato allo sportello ha riso di me davanti a tutti", id_="1")
    assert before(message).decision.category == "staff_conduct"
    decision = after(message).decision
    assert decision.category == "complaint_handling"
    evidence = {one.fact: one.words for one in decision.because.evidence}
    assert evidence["classifier"] == (classifier.serving.version,)
    assert {"riso", "impiegato", "sportello"} & set(evidence["category"])


def test_a_word_that_no_example_holds_is_not_told_however_much_it_weighed(folder: Path) -> None:
    _, _, classifier = judges(folder)
    text = "impiegatone allo sportellone ha riso"
    weighed = classifier.serving.words(text, language="it", label="complaint_handling", most=5)
    assert {"impiegatone", "sportellone", "riso"} <= set(weighed)
    told = known_words((*weighed, "3477654321", "riso1"), language="it", rulebook=default_rulebook())
    assert "riso" in told
    assert not {"impiegatone", "sportellone", "3477654321", "riso1"} & set(told)
    assert known_words(weighed, language="pt", rulebook=default_rulebook()) == ()


def test_an_unsure_classifier_leaves_the_lexicon_in_charge(folder: Path) -> None:
    before, after, _ = judges(folder)
    for number, text in enumerate(VAGUE["it"]):
        message = said(text, id_=str(number))
        assert after(message).decision == before(message).decision


def test_danger_is_never_made_no_complaint(folder: Path) -> None:
    before, after, _ = judges(folder)
    message = said("Il reso delle scarpe viene rifiutato senza motivo, il forno ha preso fuoco", id_="1")
    assert "injury_or_hazard" in before(message).decision.signals
    assert after(message).decision.category == before(message).decision.category
    assert after(message).decision.severity == "S1"


def test_a_person_who_corrects_has_the_last_word(folder: Path) -> None:
    _, after, _ = judges(folder)
    message = said("L'impiegato allo sportello ha riso di me davanti a tutti", id_="1")
    decision = after.corrected(message, category="accessibility", subcategory=None).decision
    assert decision.category == "accessibility"
    assert all(one.fact != "classifier" for one in decision.because.evidence)


def test_a_model_that_cannot_be_loaded_leaves_the_lexicon_in_charge_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert open_classifier(tmp_path) is None
    assert "the lexicon decides alone" in caplog.text
    assert REGISTRY.get_sample_value("router_classifier_loaded") == 0
    assert open_classifier(None) is None
