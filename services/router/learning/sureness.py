"""Makes scores into probabilities that hold, and says from which on the classifier is sure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.optimize import minimize_scalar

LEAST: Final = 0.7  # easy data would let it be sure of anything, also of what it was never taught
NEVER: Final = 2.0  # a threshold that no probability reaches
_SCALES: Final = (-3.0, 5.0)  # natural logarithms between which the best scale of the scores is looked for
_ROUNDS: Final = 50
_STRANGE: Final = 0.03  # the share of right answers given up, lowest scores first, to notice what was never taught
_EDGE: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sureness:
    """How a row of scores becomes a probability of its best label, and when the classifier abstains.

    It does below `threshold`, and where the best score is below `familiar`: a text of a kind that was never taught is
    often far nearer to one label than to the others, and still far from it.
    """

    scale: float
    slope: float
    shift: float
    threshold: float
    familiar: float

    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        """Return, for each row, how probable it is that its best label is right."""
        best = _softmax(scores * self.scale).max(axis=1)
        return _logistic(self.slope * _log_odds(best) + self.shift)

    def abstains(self, scores: np.ndarray) -> np.ndarray:
        """Return, for each row, whether others should decide."""
        return np.asarray((self.probabilities(scores) < self.threshold) | (scores.max(axis=1) < self.familiar))


def fit_sureness(scores: np.ndarray, truth: np.ndarray, *, precision: float) -> Sureness:
    """Return what makes these scores true: of texts not trained on (texts x labels), and the right columns.

    The threshold is the lowest from which on `precision` of the texts are right, at least LEAST; NEVER where none is.
    """
    found = minimize_scalar(lambda log: _surprise(scores * np.exp(log), truth), bounds=_SCALES, method="bounded")
    scale = float(np.exp(found.x))
    right = (scores.argmax(axis=1) == truth).astype(np.float64)
    slope, shift = _line(_log_odds(_softmax(scores * scale).max(axis=1)), right)
    high = scores.max(axis=1)[right > 0]
    familiar = float(np.quantile(high, _STRANGE)) if len(high) else 0.0
    sureness = Sureness(scale=scale, slope=slope, shift=shift, threshold=NEVER, familiar=familiar)
    threshold = threshold_for(sureness.probabilities(scores), right, precision=precision)
    return replace(sureness, threshold=max(LEAST, threshold))


def threshold_for(probabilities: np.ndarray, right: np.ndarray, *, precision: float) -> float:
    """Return the lowest probability from which on at least `precision` of the answers are right, else NEVER."""
    order = np.argsort(-probabilities, kind="stable")
    ranked = probabilities[order]
    share = np.cumsum(right[order]) / np.arange(1, len(right) + 1)
    last = np.append(ranked[1:] < ranked[:-1], True)  # equal probabilities are kept, or left, together
    good = np.flatnonzero((share >= precision) & last)
    return float(ranked[good[-1]]) if len(good) else NEVER


def _surprise(scores: np.ndarray, truth: np.ndarray) -> float:
    """Return the mean negative log-likelihood."""
    highest = scores.max(axis=1)
    return float(np.mean(highest + np.log(np.exp(scores - highest[:, None]).sum(axis=1)) - _picked(scores, truth)))


def _picked(scores: np.ndarray, truth: np.ndarray) -> np.ndarray:
    return np.asarray(scores[np.arange(len(truth)), truth])


def _line(odds: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """Return slope and shift of the logistic line through what was right; (1, 0) where none that rises is found."""
    inputs = np.stack([odds, np.ones_like(odds)], axis=1)
    hits = right.sum()
    # Platt's targets: with few texts nothing is certain
    targets = np.where(right > 0, (hits + 1) / (hits + 2), 1 / (len(right) - hits + 2))
    line = np.array([1.0, 0.0])
    for _ in range(_ROUNDS):
        found = _logistic(inputs @ line)
        slope = inputs.T @ (found - targets) + 1e-3 * (line - np.array([1.0, 0.0]))
        bend = (inputs * (found * (1 - found))[:, None]).T @ inputs + 1e-3 * np.eye(2)
        step = np.linalg.solve(bend, slope)
        line = line - np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < _EDGE:
            break
    return (float(line[0]), float(line[1])) if line[0] > 0 and np.isfinite(line).all() else (1.0, 0.0)


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _logistic(odds: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


def _log_odds(probabilities: np.ndarray) -> np.ndarray:
    inside = np.clip(probabilities, _EDGE, 1 - _EDGE)
    return np.asarray(np.log(inside / (1 - inside)))
