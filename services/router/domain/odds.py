"""How much each trait of a text speaks for a label, or for a mark, by the examples that hold it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from services.router.domain.traits import Words, neighbours

_SMOOTHING: Final = 1.0

SHORT: Final = 20.0
"""How many traits every sentence is taken to hold beside its own: one word alone proves little."""

Numbers = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traited:
    """Examples as their traits: trait `flat[i]` stands in example `rows[i]`; what stands in few examples is rare."""

    numbers: dict[str, int]
    rarity: Weights
    flat: Numbers
    rows: Numbers
    examples: int


def traited(examples: Sequence[Sequence[str]], *, words: Words) -> Traited:
    """Take examples, given as tokens, apart and number their traits; within one each stands once."""
    numbers: dict[str, int] = {}
    of_word: dict[str, tuple[int, ...]] = {}
    flat: list[int] = []
    lengths: list[int] = []
    for tokens in examples:
        for token in tokens:
            if token not in of_word:
                stem, parts = words[token]
                of_word[token] = tuple(numbers.setdefault(trait, len(numbers)) for trait in (stem, *parts))
        stems = [words[token].stem for token in tokens]
        pairs = [numbers.setdefault(neighbours(*two), len(numbers)) for two in pairwise(stems)]
        here = set(pairs).union(*(of_word[token] for token in tokens))
        flat += here
        lengths.append(len(here))
    counts = np.bincount(flat, minlength=len(numbers))
    return Traited(
        numbers=numbers,
        rarity=rarity_of(counts, among=len(lengths)),
        flat=np.array(flat, dtype=np.int64),
        rows=np.repeat(np.arange(len(lengths)), lengths),
        examples=len(lengths),
    )


def rarity_of(count: Any, *, among: int) -> Any:
    """Return how rare what stands in so many examples is: 1 for what stands in all of them."""
    return np.log((1 + among) / (1 + count)) + 1


def odds_of_labels(found: Traited, label_of: Sequence[str | None], *, labels: Sequence[str]) -> Weights:
    """Return what each trait says of each label against all others (traits x labels); examples count alike."""
    number = {label: place for place, label in enumerate(labels)}
    group = np.array([-1 if label is None else number[label] for label in label_of], dtype=np.int64)[found.rows]
    rarity = found.rarity[found.flat]
    lengths = np.sqrt(np.bincount(found.rows, weights=rarity**2, minlength=found.examples))
    held = _held(found, group, rarity / lengths[found.rows], groups=len(labels))
    against = held.sum(axis=0) - held + _SMOOTHING
    weights = -np.log(against / against.sum(axis=1, keepdims=True))
    return np.asarray(((weights - weights.mean(axis=0)) * found.rarity).T)


def odds_of_marks(found: Traited, marks_of: Sequence[Collection[str]], *, marks: Sequence[str]) -> Weights:
    """Return how much more often each trait stands where a mark is than anywhere (traits x marks), never below 0.

    A text without a mark may say anything, so nothing speaks against one.
    """
    usual = np.bincount(found.flat, minlength=len(found.numbers)) * found.rarity
    usual /= usual.sum()
    odds = []
    for mark in marks:
        bears = np.array([int(mark in one) for one in marks_of], dtype=np.int64)[found.rows]
        held = _held(found, bears - 1, found.rarity[found.flat], groups=1)[0]
        whole = held.sum()
        odds.append(np.maximum(0, np.log((held + whole * usual) / (2 * whole * usual))))
    return np.column_stack(odds) if odds else np.zeros((len(found.numbers), 0))


def spoken(found: Traited, odds: Weights) -> Weights:
    """Return how strongly each example as a whole speaks for each mark (examples x marks); see `Likeness.told`."""
    lengths = np.bincount(found.rows, minlength=found.examples)
    sums = [np.bincount(found.rows, weights=one[found.flat], minlength=found.examples) for one in odds.T]
    return np.column_stack(sums) / np.sqrt(lengths + SHORT)[:, None] if sums else np.zeros((found.examples, 0))


def _held(found: Traited, group: Numbers, values: Weights, *, groups: int) -> Weights:
    """Return how much of each trait each group's examples hold (groups x traits); group -1 is left out."""
    count, told = len(found.numbers), group >= 0
    sums = np.bincount(group[told] * count + found.flat[told], weights=values[told], minlength=groups * count)
    return np.asarray(sums.reshape(groups, count), dtype=np.float64)
