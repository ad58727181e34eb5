"""What the examples of a rulebook say of a text: how likely each category is, and which signals it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from services.router.domain.likeness import Example, Heard, Likeness, Scores
from services.router.domain.tokens import tokenise
from shared.rulebook.examples import ExamplesFile, LabelledText
from shared.rulebook.lexicons import SignalWords

_SHARPNESS: Final = 30.0
"""What turns likeness into a probability; fitted to texts that no example was made of."""

_LEAST_LIKELY: Final = 1e-4
"""Nothing is less likely than this: words may always make up for it."""

_UNUSUAL: Final = 0.999
_UNUSUAL_DANGER: Final = 0.98
"""A text shows a signal when it is more like that signal's examples than this share of those that do not show it.

To miss a danger is worse than to look twice at what is none.
"""

_HARDLY: Final = 0.005
_BEYOND_DOUBT: Final = 1.6
"""A signal that a category shows by itself must be this much more than unusual where that category is hardly likely."""

_MOST_WORDS: Final = 4

Kind = tuple[str, str | None]
"""A category, and the subcategory within it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """What a text is likely about, in nats more than if nothing were known; and the signals that it shows."""

    heard: Heard
    categories: Mapping[str, float]
    signals: tuple[str, ...]


class Exemplars:
    """The examples of one language, ready to compare with."""

    def __init__(
        self, texts: Sequence[LabelledText], *, language: str, like: Mapping[str, str], grave: frozenset[str]
    ) -> None:
        """Learn from examples; `like` names the categories that show a signal, `grave` the signals not to be missed."""
        examples = [_example(one, like) for one in texts]
        self._likeness = Likeness(examples, language=language)
        labels = self._likeness.labels
        self._kinds: list[Kind] = [_kind(label) for label in labels]
        self._categories = list(dict.fromkeys(category for category, _ in self._kinds))
        self._in_category = np.array([[c == one for one, _ in self._kinds] for c in self._categories], dtype=np.float32)
        self._usual = np.log(self._in_category.mean(axis=1))
        self._least = self._unusual(examples, grave)
        self._like = {
            place: [number for number, label in enumerate(labels) if _covers(like[mark], label)]
            for place, mark in enumerate(self._likeness.marks) if mark in like
        }  # fmt: skip

    def _unusual(self, examples: Sequence[Example], grave: frozenset[str]) -> Scores:
        """Return how strongly a text must speak for each signal."""
        least = [
            np.quantile(
                self._likeness.spoken[[mark not in one.marks for one in examples], place],
                _UNUSUAL_DANGER if mark in grave else _UNUSUAL,
            )
            for place, mark in enumerate(self._likeness.marks)
        ]
        return np.array(least, dtype=np.float32)

    def likely(self, tokens: Sequence[str]) -> Likely:
        """Return what a text is likely about."""
        heard = self._likeness.hear(tokens)
        shares = np.exp(_SHARPNESS * (heard.labels - heard.labels.max()))
        shares /= shares.sum()
        nats = np.log(np.maximum(self._in_category @ shares, _LEAST_LIKELY)) - self._usual
        marks = heard.marks / self._least
        shown = [place for place in np.flatnonzero(marks > 1).tolist() if self._fits(place, marks, shares)]
        return Likely(
            heard=heard,
            categories=dict(zip(self._categories, nats.tolist(), strict=True)),
            signals=tuple(self._likeness.marks[place] for place in shown),
        )

    def _fits(self, place: int, marks: Scores, shares: Scores) -> bool:
        like = self._like.get(place)
        return not like or bool(shares[like].sum() >= _HARDLY or marks[place] >= _BEYOND_DOUBT)

    def within(self, likely: Likely, category: str) -> dict[str, float]:
        """Return for each subcategory of a category how much less likely it is than the likeliest, in nats."""
        places = self._places(category)
        scores = _SHARPNESS * likely.heard.labels[places]
        return {
            sub: float(score - scores.max())
            for (_, sub), score in zip([self._kinds[place] for place in places], scores, strict=True)
            if sub
        }

    def words(self, likely: Likely, tokens: Sequence[str], *, category: str) -> list[int]:
        """Return the places of the words that spoke most for a category."""
        places = self._places(category)
        return self._likeness.speaking(likely.heard, tokens, labels=places, most=_MOST_WORDS) if places else []

    def words_within(self, likely: Likely, tokens: Sequence[str], *, kind: Kind) -> list[int]:
        """Return the places of the words that spoke most for one kind of a category."""
        places = [self._kinds.index(kind)] if kind in self._kinds else []
        return self._likeness.speaking(likely.heard, tokens, labels=places, most=_MOST_WORDS) if places else []

    def words_of_signal(self, likely: Likely, tokens: Sequence[str], *, signal: str) -> list[int]:
        """Return the places of the words that spoke most for a signal."""
        place = self._likeness.marks.index(signal)
        return self._likeness.showing(likely.heard, tokens, mark=place, most=_MOST_WORDS)

    def holds(self, word: str) -> bool:
        """Whether some example holds this word."""
        return self._likeness.holds(word)

    def _places(self, category: str) -> list[int]:
        return [place for place, (one, _) in enumerate(self._kinds) if one == category]


@lru_cache(maxsize=32)
def _learnt(
    texts: tuple[LabelledText, ...], language: str, like: tuple[tuple[str, str], ...], grave: frozenset[str]
) -> Exemplars:
    return Exemplars(texts, language=language, like=dict(like), grave=grave)


def exemplars_of(file: ExamplesFile, *, signals: Mapping[str, SignalWords], grave: frozenset[str]) -> Exemplars:
    """Return what a file teaches; rulebooks with the same examples share it."""
    like = tuple((signal, words.like) for signal, words in signals.items() if words.like)
    return _learnt(tuple(file.labelled()), file.language, like, grave)


def _example(one: LabelledText, like: Mapping[str, str]) -> Example:
    if one.category is None:
        return Example(tokens=tokenise(one.text), marks=(one.signal,) if one.signal else ())
    label = f"{one.category}.{one.subcategory}" if one.subcategory else one.category
    marks = tuple(signal for signal, name in like.items() if _covers(name, label))
    return Example(tokens=tokenise(one.text), label=label, marks=marks)


def _covers(like: str, label: str) -> bool:
    return label == like or label.startswith(f"{like}.")


def _kind(label: str) -> Kind:
    category, _, sub = label.partition(".")
    return category, sub or None
