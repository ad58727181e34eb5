"""The classifier: a vocabulary, a weight for each of its columns and labels, and how sure it may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from services.router.learning.features import Vocabulary, rows_of
from services.router.learning.meanings import Meanings
from services.router.learning.spelling import languages_of, spell, words_of
from services.router.learning.sureness import Sureness

BATCH: Final = 2_000
_MOST_EXPLAINED: Final = 60  # distinct words of a text of which each is left out in turn, to see what it weighed


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """The most probable label and how probable it is; where `abstained`, others should decide."""

    label: str
    probability: float
    abstained: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Classifier:
    """What was learnt; `weights` is columns x labels."""

    labels: tuple[str, ...]
    languages: tuple[str, ...]
    vocabulary: Vocabulary
    weights: np.ndarray
    offsets: np.ndarray
    sureness: Sureness
    meanings: Meanings | None

    def scores(self, texts: Sequence[str], *, languages: Sequence[str | None]) -> np.ndarray:
        """Return how much speaks for each label (texts x labels); comparable within a row only."""
        found = [np.zeros((0, len(self.labels)), dtype=np.float32)]
        for start in range(0, len(texts), BATCH):
            some, said = texts[start : start + BATCH], languages[start : start + BATCH]
            spelled = spell(some, languages=languages_of(some, said=said, among=self.languages))
            rows = rows_of(self.vocabulary, spelled, meanings=self.meanings)
            found.append(rows @ self.weights + self.offsets)
        return np.concatenate(found)

    def predict(self, texts: Sequence[str], *, languages: Sequence[str | None]) -> list[Prediction]:
        """Return a prediction for each text, in order; a text without words is abstained on."""
        return predictions(self.scores(texts, languages=languages), labels=self.labels, sureness=self.sureness)

    def words(self, text: str, *, language: str | None, label: str, most: int) -> tuple[str, ...]:
        """Return the words that spoke most for a label, the weightiest first: those whose absence costs it most."""
        running = words_of(text)
        distinct = list(dict.fromkeys(running))[:_MOST_EXPLAINED]
        without = [" ".join(word for word in running if word != left_out) for left_out in distinct]
        variants = [" ".join(running), *without]
        of = languages_of([text], said=[language], among=self.languages)
        scores = self.scores(variants, languages=of * len(variants))[:, self.labels.index(label)]
        cost = scores[0] - scores[1:]
        order = np.argsort(-cost, kind="stable")
        return tuple(distinct[number] for number in order if cost[number] > 0 and distinct[number].isalnum())[:most]


def predictions(scores: np.ndarray, *, labels: Sequence[str], sureness: Sureness) -> list[Prediction]:
    """Return what rows of scores say."""
    best = scores.argmax(axis=1)
    probabilities, abstains = sureness.probabilities(scores), sureness.abstains(scores)
    return [
        Prediction(label=labels[number], probability=probability, abstained=abstained)
        for number, probability, abstained in zip(best.tolist(), probabilities.tolist(), abstains.tolist(), strict=True)
    ]
