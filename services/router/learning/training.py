"""Learns from examples, and finds out how good that is on parts of them that it holds back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

import numpy as np
from sklearn.svm import LinearSVC

from services.router.learning.classifier import Classifier, predictions
from services.router.learning.examples import Example
from services.router.learning.faults import BadData
from services.router.learning.features import learn_vocabulary
from services.router.learning.figures import Figures, measure
from services.router.learning.meanings import Meanings
from services.router.learning.spelling import languages_among, languages_of, spell, words_of
from services.router.learning.sureness import NEVER, Sureness, fit_sureness

FOLDS: Final = 5
_LEAST: Final = 10
_LOOSENESS: Final = 0.5  # LinearSVC's C
_TOLERANCE: Final = 2e-2  # finer ones take twice the time and change no figure
_BYTES: Final = 80_000_000  # of the weights on disk, two bytes each
_UNCALIBRATED: Final = Sureness(scale=1.0, slope=1.0, shift=0.0, threshold=NEVER, familiar=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A classifier, its figures on held-back texts, and the marks of the texts that it has seen (see `mark`)."""

    classifier: Classifier
    figures: Figures
    seen: np.ndarray


def train(
    examples: Sequence[Example], *, precision: float, meanings: Meanings | None, tell: Callable[[str], None]
) -> Trained:
    """Return what was learnt from labelled examples; `tell` is told of the progress.

    Each example is scored once, by a classifier that saw neither it nor its like. Raises BadData where there is too
    little to learn from.
    """
    labels = _check(examples)
    marks = np.array([mark(one.text) for one in examples], dtype=np.uint64)
    languages = languages_among([one.text for one in examples], said=[one.language for one in examples])
    truth = np.array([labels.index(str(one.label)) for one in examples])
    folds = _folds(marks, truth)
    scores = np.zeros((len(examples), len(labels)), dtype=np.float32)
    for number in range(FOLDS):
        tell(f"holding back part {number + 1} of {FOLDS}")
        held = folds == number
        if held.any() and not held.all():
            some = [one for one, out in zip(examples, held, strict=True) if not out]
            part = _fit(some, labels=labels, languages=languages, meanings=meanings)
            scores[held] = _spread(part, [one for one, out in zip(examples, held, strict=True) if out], labels=labels)
    tell("learning from everything")
    whole = _fit(examples, labels=labels, languages=languages, meanings=meanings)
    sureness = fit_sureness(scores, truth, precision=precision)
    return Trained(
        classifier=replace(whole, sureness=sureness),
        figures=_figures(scores, truth, folds, labels=labels, precision=precision),
        seen=np.unique(marks),
    )


def mark(text: str) -> int:
    """Return a number for what a text says, whatever its capitals and blanks."""
    return int.from_bytes(blake2b(" ".join(words_of(text)).encode(), digest_size=8).digest(), "big")


def _check(examples: Sequence[Example]) -> list[str]:
    labels = sorted({str(one.label) for one in examples})
    if len(labels) < 2:
        raise BadData(f"every text has the label {labels[0]}; give texts of at least two labels")
    distinct = {(str(one.label), mark(one.text)) for one in examples}
    if len(distinct) < _LEAST:
        raise BadData(f"{len(distinct)} different texts are too few; give at least {_LEAST}, better 20 a label")
    often = [label for label, count in Counter(label for label, _ in distinct).items() if count > 1]
    if len(often) < 2:
        raise BadData("fewer than two labels have two different texts; give more texts, better 20 a label")
    return labels


def _folds(marks: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return each text's part: the labels spread evenly, texts that say the same together, alike every time."""
    part_of: dict[int, int] = {}
    turn = 0
    for _, said in sorted(zip(truth.tolist(), marks.tolist(), strict=True)):
        if said not in part_of:
            part_of[said] = turn % FOLDS
            turn += 1
    return np.array([part_of[said] for said in marks.tolist()])


def _fit(
    examples: Sequence[Example], *, labels: Sequence[str], languages: tuple[str, ...], meanings: Meanings | None
) -> Classifier:
    """Return a classifier without calibration; it knows only the labels that these examples have."""
    texts = [one.text for one in examples]
    among = languages_of(texts, said=[one.language for one in examples], among=languages)
    most = _BYTES // (2 * len(labels))
    vocabulary, rows = learn_vocabulary(spell(texts, languages=among), meanings=meanings, most=most)
    truth = [str(one.label) for one in examples]
    machine = LinearSVC(C=_LOOSENESS, tol=_TOLERANCE, random_state=0, max_iter=5_000).fit(rows, truth)
    weights, offsets = machine.coef_.T, machine.intercept_
    if len(machine.classes_) == 2:
        weights, offsets = np.hstack([-weights, weights]), np.array([-offsets[0], offsets[0]])
    return Classifier(
        labels=tuple(str(label) for label in machine.classes_),
        languages=languages,
        vocabulary=vocabulary,
        weights=np.ascontiguousarray(weights, dtype=np.float32),
        offsets=offsets.astype(np.float32),
        sureness=_UNCALIBRATED,
        meanings=meanings,
    )


def _spread(part: Classifier, held: Sequence[Example], *, labels: Sequence[str]) -> np.ndarray:
    """Return the scores of a part of the labels under all labels; one that the part does not know scores lowest."""
    found = part.scores([one.text for one in held], languages=[one.language for one in held])
    scores = np.repeat(found.min(axis=1, keepdims=True), len(labels), axis=1)
    scores[:, [labels.index(label) for label in part.labels]] = found
    return scores


def _figures(
    scores: np.ndarray, truth: np.ndarray, folds: np.ndarray, *, labels: Sequence[str], precision: float
) -> Figures:
    """Return the figures of held-back texts, each part calibrated by the others."""
    found = [""] * len(truth)
    probabilities, abstained = np.zeros(len(truth)), np.zeros(len(truth), dtype=bool)
    for held in _parts(folds):
        sureness = fit_sureness(scores[~held], truth[~held], precision=precision)
        said = predictions(scores[held], labels=labels, sureness=sureness)
        probabilities[held] = [one.probability for one in said]
        abstained[held] = [one.abstained for one in said]
        for place, one in zip(np.flatnonzero(held).tolist(), said, strict=True):
            found[place] = one.label
    return measure(
        truth=[labels[number] for number in truth.tolist()],
        answers=found,
        probabilities=probabilities,
        abstained=abstained,
        precision=precision,
    )


def _parts(folds: np.ndarray) -> Iterator[np.ndarray]:
    for number in range(FOLDS):
        held = folds == number
        if held.any() and not held.all():
            yield held
