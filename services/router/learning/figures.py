"""How good answers are, on texts that the classifier was not trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from services.router.learning.sureness import threshold_for

_BINS: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class ForLabel:
    """One label: how many texts have it, which share of what was called it is it, and which share of it was found."""

    label: str
    texts: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Shares between 0 and 1; `confusion` counts texts, truth down and answers across, in the order of `labels`.

    `calibration_error` is the expected calibration error over 15 bins of equal width; `coverage` the largest share of
    texts, surest first, of which `precision` are right; `sure` the share on which the classifier did not abstain, and
    `right_when_sure` the share of those that is right (1 where there is none).
    """

    texts: int
    macro_f1: float
    accuracy: float
    calibration_error: float
    precision: float
    coverage: float
    sure: float
    right_when_sure: float
    labels: tuple[str, ...]
    by_label: tuple[ForLabel, ...]
    confusion: np.ndarray


def measure(
    *,
    truth: Sequence[str],
    answers: Sequence[str],
    probabilities: np.ndarray,
    abstained: np.ndarray,
    precision: float,
) -> Figures:
    """Return the figures of answers beside the truth."""
    labels = tuple(sorted({*truth, *answers}))
    numbers = {label: number for number, label in enumerate(labels)}
    true = np.array([numbers[label] for label in truth])
    said = np.array([numbers[label] for label in answers])
    confusion = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(confusion, (true, said), 1)
    right = true == said
    by_label = _by_label(labels, confusion)
    return Figures(
        texts=len(truth),
        macro_f1=float(np.mean([one.f1 for one in by_label])),
        accuracy=float(right.mean()),
        calibration_error=calibration_error(probabilities, right),
        precision=precision,
        coverage=coverage(probabilities, right, precision=precision),
        sure=float(1 - abstained.mean()),
        right_when_sure=float(right[~abstained].mean()) if not abstained.all() else 1.0,
        labels=labels,
        by_label=by_label,
        confusion=confusion,
    )


def calibration_error(probabilities: np.ndarray, right: np.ndarray) -> float:
    """Return by how much probabilities and the share that was right lie apart, averaged over the texts."""
    bins = np.minimum((probabilities * _BINS).astype(int), _BINS - 1)
    promised = np.bincount(bins, weights=probabilities, minlength=_BINS)
    kept = np.bincount(bins, weights=right, minlength=_BINS)
    return float(np.abs(promised - kept).sum() / len(right))


def coverage(probabilities: np.ndarray, right: np.ndarray, *, precision: float) -> float:
    """Return the largest share of texts, surest first, of which `precision` are right; equally sure ones together."""
    return float((probabilities >= threshold_for(probabilities, right, precision=precision)).mean())


def _by_label(labels: Sequence[str], confusion: np.ndarray) -> tuple[ForLabel, ...]:
    right = np.diag(confusion).astype(float)
    texts, called = confusion.sum(axis=1), confusion.sum(axis=0)
    precision, recall = right / np.maximum(1, called), right / np.maximum(1, texts)
    f1 = 2 * right / np.maximum(1, texts + called)
    return tuple(
        ForLabel(
            label=label,
            texts=int(texts[number]),
            precision=float(precision[number]),
            recall=float(recall[number]),
            f1=float(f1[number]),
        )
        for number, label in enumerate(labels)
    )
