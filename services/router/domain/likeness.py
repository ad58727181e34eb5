"""Which examples a text is most like: naive Bayes over stems, neighbours and parts of words.

A label is judged by how little a text is like the examples of all the others, which holds up with few and uneven
examples (Rennie and others, "Tackling the poor assumptions of naive Bayes text classifiers", 2003). A mark is looked
for sentence by sentence, by what its examples say more often than all examples do. Learning is counting, so a
rulebook's examples count from the moment that it is loaded.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from services.router.domain.odds import SHORT, odds_of_labels, odds_of_marks, spoken, traited
from services.router.domain.remembered import Remembered
from services.router.domain.traits import ENDS, Words, neighbours

Scores = npt.NDArray[np.float32]

_MOST_WORDS: Final = 8_000
"""How many different words of texts are kept ready; this bounds the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text as its tokens, with its label, and the marks that it bears; without a label it only speaks for these."""

    tokens: Sequence[str]
    label: str | None = None
    marks: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """A text as rows of a table; how strongly it speaks for each label against the others, and for each mark."""

    rows: Sequence[int]
    labels: Scores
    marks: Scores


class Likeness:
    """Compares texts of one language with examples."""

    def __init__(self, examples: Sequence[Example], *, language: str) -> None:
        """Learn from the examples; `spoken` is how strongly each of them speaks for each mark."""
        self.labels = tuple(dict.fromkeys(one.label for one in examples if one.label is not None))
        self.marks = tuple(dict.fromkeys(mark for one in examples for mark in one.marks))
        self._words = Words(language)
        found = traited([one.tokens for one in examples], words=self._words)
        marks = odds_of_marks(found, [one.marks for one in examples], marks=self.marks)
        labels = odds_of_labels(found, [one.label for one in examples], labels=self.labels)
        self.spoken = spoken(found, marks)
        self._numbers = found.numbers
        # A row a trait: what it says of each label, and its weight; of each mark, and how many traits it is. Behind
        # them is room for a row a word, with all that the traits of the word say.
        self._of_labels = _with_room(np.column_stack([labels, found.rarity**2]))
        self._of_marks = _with_room(np.column_stack([marks, np.ones(len(found.numbers))]))
        self._used = len(found.numbers)
        self._row = Remembered(self._new_row, most=_MOST_WORDS)
        self._stem = Remembered(lambda token: self._words[token].stem)

    def hear(self, tokens: Sequence[str]) -> Heard:
        """Return what a text tells; of nothing known every score is 0."""
        if not tokens:
            return Heard((), self._of_labels[0, :-1] * 0, self._of_marks[0, :-1] * 0)
        rows = list(map(self._row.__getitem__, tokens))
        stems = list(map(self._stem.__getitem__, tokens))
        pairs = [self._numbers.get(pair, -1) for pair in map(neighbours, stems, stems[1:])]
        known = [at for at, pair in enumerate(pairs) if pair >= 0]
        both = [pairs[at] for at in known]
        whole = self._of_labels.take(list({*rows, *both}), axis=0).sum(axis=0)
        starts = [0, *(at + 1 for at, stem in enumerate(stems[:-1]) if stem in ENDS)]
        said = self._of_marks.take(rows, axis=0)
        said[known] += self._of_marks.take(both, axis=0)
        sums = said if len(starts) == len(tokens) else np.add.reduceat(said, starts, axis=0)
        marks = sums[:, :-1] / np.sqrt(sums[:, -1:] + SHORT)
        return Heard(rows, whole[:-1] / max(float(whole[-1]), 1.0) ** 0.5, marks.max(axis=0))

    def speaking(self, heard: Heard, tokens: Sequence[str], *, labels: Sequence[int], most: int) -> list[int]:
        """Return the places of the words that spoke most for some labels, in the order of the text."""
        return self._loudest(self._of_labels[np.ix_(heard.rows, labels)].sum(axis=1), tokens, most)

    def showing(self, heard: Heard, tokens: Sequence[str], *, mark: int, most: int) -> list[int]:
        """Return the places of the words that spoke most for a mark, in the order of the text."""
        return self._loudest(self._of_marks[heard.rows, mark], tokens, most)

    def _loudest(self, said: Scores, tokens: Sequence[str], most: int) -> list[int]:
        """Only words that examples hold are named: what nobody wrote before may be a name."""
        best: dict[str, int] = {}
        for at in np.argsort(-said).tolist():
            if len(best) == most or said[at] <= 0:
                break
            if self.holds(tokens[at]):
                best.setdefault(tokens[at], at)
        return sorted(best.values())

    def holds(self, token: str) -> bool:
        """Whether some example holds this word."""
        return self._words[token].stem in self._numbers

    def _new_row(self, token: str) -> int:
        if self._used == len(self._of_labels):
            self._row.clear()
            self._used = len(self._numbers)
        word = self._words[token]
        known = [self._numbers[trait] for trait in (word.stem, *word.parts) if trait in self._numbers]
        row = self._used
        self._of_labels[row] = self._of_labels[known].sum(axis=0)
        self._of_marks[row] = self._of_marks[known].sum(axis=0)
        self._used += 1
        return row


def _with_room(table: npt.NDArray[np.float64]) -> Scores:
    return np.vstack([table, np.zeros((_MOST_WORDS, table.shape[1]))]).astype(np.float32)
