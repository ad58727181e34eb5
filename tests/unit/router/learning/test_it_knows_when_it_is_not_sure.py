"""Probabilities hold on texts that were not trained on, and what says nothing is left to others."""

from __future__ import annotations

import numpy as np
import pytest

from services.router.learning.figures import calibration_error, coverage, measure
from services.router.learning.meanings import meanings
from services.router.learning.sureness import NEVER, fit_sureness
from services.router.learning.training import Trained, mark, train
from tests.unit.router.learning.sayings import VAGUE, sayings, split


def test_what_it_is_sure_of_is_right_on_texts_it_never_saw(italian: Trained) -> None:
    _, fresh = split(sayings("it"))
    found = italian.classifier.predict([one.text for one in fresh], languages=[None] * len(fresh))
    sure = [
        one.label == prediction.label for one, prediction in zip(fresh, found, strict=True) if not prediction.abstained
    ]
    assert len(sure) >= 0.7 * len(fresh)
    assert np.mean(sure) >= 0.95


def test_probabilities_hold_on_texts_it_never_saw(italian: Trained) -> None:
    _, fresh = split(sayings("it"))
    found = italian.classifier.predict([one.text for one in fresh], languages=[None] * len(fresh))
    right = np.array([one.label == prediction.label for one, prediction in zip(fresh, found, strict=True)])
    assert calibration_error(np.array([one.probability for one in found]), right) < 0.08
    assert right.mean() < 0.97, "all too easy: nothing to be unsure about"


def test_a_complaint_that_does_not_say_what_is_wrong_is_left_to_others(italian: Trained) -> None:
    _, fresh = split(sayings("it"))
    vague = [one.text.startswith(VAGUE["it"]) for one in fresh]
    found = italian.classifier.predict([one.text for one in fresh], languages=["it"] * len(fresh))
    probable = np.array([one.probability for one in found])
    assert probable[vague].mean() < 0.35
    assert probable[np.logical_not(vague)].mean() > 0.9
    abstained = np.array([one.abstained for one in found])
    assert abstained[vague].mean() > 0.5
    assert abstained[np.logical_not(vague)].mean() < 0.1


def test_more_precision_is_paid_with_coverage() -> None:
    chance = np.random.default_rng(3)
    truth = chance.integers(0, 4, size=2_000)
    scores = chance.normal(size=(2_000, 4)) + 1.5 * np.eye(4)[truth]
    right = scores.argmax(axis=1) == truth
    easy, strict = (fit_sureness(scores, truth, precision=share) for share in (0.9, 0.97))
    kept = [~one.abstains(scores) for one in (easy, strict)]
    assert kept[0].mean() > kept[1].mean() > 0.05
    assert right[kept[1]].mean() >= 0.97 > right[kept[0]].mean() >= 0.9


def test_complaints_of_a_kind_that_was_never_taught_are_mostly_left_to_others() -> None:
    taught = [one for one in sayings("it") if one.label in ("consegna", "fattura", "guasto", "personale")]
    strange = [one for one in sayings("it") if one.label in ("accesso", "reso")]
    trained = train(taught, precision=0.95, meanings=meanings(), tell=lambda _: None)
    found = trained.classifier.predict([one.text for one in strange], languages=["it"] * len(strange))
    assert np.mean([one.abstained for one in found]) > 0.7
    assert trained.figures.sure > 0.8


def test_words_never_seen_are_left_to_others(italian: Trained) -> None:
    (strange, empty) = italian.classifier.predict(["Xyzzy plugh quux", ""], languages=[None, None])
    assert strange.abstained
    assert empty.abstained
    assert 0 <= empty.probability <= 1


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_figures_are_of_texts_held_back(language: str) -> None:
    learnt, fresh = split(sayings(language))
    trained = train(learnt, precision=0.95, meanings=meanings(), tell=lambda _: None)
    found = trained.classifier.predict([one.text for one in fresh], languages=[one.language for one in fresh])
    right = np.mean([one.label == prediction.label for one, prediction in zip(fresh, found, strict=True)])
    assert abs(trained.figures.accuracy - right) < 0.06
    own = trained.classifier.predict([one.text for one in learnt], languages=[one.language for one in learnt])
    memorised = np.mean([one.label == prediction.label for one, prediction in zip(learnt, own, strict=True)])
    assert memorised > trained.figures.accuracy + 0.03, "scored on what it was trained on, it would look this good"


def test_a_text_repeated_under_the_same_label_does_not_flatter_the_figures() -> None:
    learnt, _ = split(sayings("en"))
    once = train(learnt, precision=0.95, meanings=None, tell=lambda _: None).figures
    thrice = train([*learnt, *learnt, *learnt], precision=0.95, meanings=None, tell=lambda _: None).figures
    assert thrice.accuracy == pytest.approx(once.accuracy, abs=0.03)


def test_the_same_examples_give_the_same_model(italian: Trained) -> None:
    learnt, _ = split(sayings("it"))
    again = train(learnt, precision=0.95, meanings=meanings(), tell=lambda _: None)
    assert np.array_equal(again.classifier.weights, italian.classifier.weights)
    assert again.classifier.sureness == italian.classifier.sureness


def test_the_words_that_weighed_most_are_named(italian: Trained) -> None:
    words = italian.classifier.words("Il frigorifero fa un rumore terribile", language="it", label="guasto", most=2)
    assert words
    assert set(words) <= {"frigorifero", "rumore", "terribile"}


def test_a_classifier_that_is_never_right_is_never_sure() -> None:
    scores = np.eye(4)[[0, 1, 2, 3] * 10]
    sureness = fit_sureness(scores, np.array([1, 2, 3, 0] * 10), precision=0.95)
    assert sureness.threshold == NEVER


def test_figures_are_those_of_the_definition() -> None:
    found = measure(
        truth=["a", "a", "b", "c"],
        answers=["a", "b", "b", "b"],
        probabilities=np.array([0.9, 0.6, 0.8, 0.7]),
        abstained=np.array([False, True, False, True]),
        precision=0.95,
    )
    assert found.accuracy == 0.5
    assert found.macro_f1 == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert found.coverage == 0.5
    assert (found.sure, found.right_when_sure) == (0.5, 1.0)
    assert found.confusion.tolist() == [[1, 1, 0], [0, 1, 0], [0, 1, 0]]
    assert found.calibration_error == pytest.approx((0.1 + 0.6 + 0.2 + 0.7) / 4)


def test_equally_sure_answers_are_counted_together() -> None:
    assert coverage(np.array([0.9, 0.9]), np.array([True, False]), precision=0.95) == 0.0


def test_capitals_and_blanks_make_no_other_text() -> None:
    assert mark("Il  pacco\nNON arriva") == mark("il pacco non arriva")
    assert mark("il pacco non arriva") != mark("il pacco arriva")
