"""What a text is to the classifier: a row of numbers, in four blocks of equal weight."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from scipy import sparse

from services.router.learning import counting
from services.router.learning.meanings import WIDTH, Meanings
from services.router.learning.spelling import Spelled

_REPEATED: Final = 2  # texts that a pair or a part must stand in; what stands in one alone teaches nothing
_STEPS: Final = (2, 3, 4, 6, 10, 20, 50, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What was seen in training, and how rare it is; the numbers of stems and parts are their places."""

    stems: tuple[str, ...]
    parts: tuple[str, ...]
    neighbours: np.ndarray
    pairs: np.ndarray
    word_rarity: np.ndarray
    pair_rarity: np.ndarray
    part_rarity: np.ndarray
    middle: np.ndarray | None
    stem_numbers: dict[str, int] = field(repr=False)
    part_numbers: dict[str, int] = field(repr=False)

    @property
    def columns(self) -> int:
        """Return how many numbers a row has."""
        meant = 0 if self.middle is None else WIDTH
        return len(self.word_rarity) + len(self.pair_rarity) + len(self.part_rarity) + meant


def learn_vocabulary(spelled: Spelled, *, meanings: Meanings | None, most: int) -> tuple[Vocabulary, sparse.csr_matrix]:
    """Return what these texts hold, rare things left out until at most `most` columns are left, and their rows."""
    stem_numbers = numbered(counting.stems_of(spelled))
    part_numbers = numbered(part for _, word in spelled.words for part in counting.parts_of(word))
    stems = np.array([stem_numbers[stem] for stem in counting.stems_of(spelled)], dtype=np.int64)[spelled.flat]
    beside, near = counting.neighbours(stems, spelled.rows), counting.pairs(stems, spelled.rows)
    incidence = counting.incidence(spelled)
    parts = incidence @ counting.parts_by_word(spelled, numbers=part_numbers)
    texts_with = np.bincount(parts.indices, minlength=len(part_numbers))
    for least in _STEPS:
        known = counting.known_keys(*beside, least=least - 1), counting.known_keys(*near, least=least)
        kept = np.flatnonzero(texts_with >= least)
        if len(stem_numbers) + len(known[0]) + len(known[1]) + len(kept) <= most:
            break
    names, parts = tuple(part_numbers), parts[:, kept]
    words = _word_counts(incidence, spelled, stem_numbers, beside, known[0])
    pairs = counting.counted(*near, known=known[1], texts=spelled.texts)
    part_names = tuple(names[number] for number in kept)
    meant = _meant(incidence, spelled, meanings)
    vocabulary = Vocabulary(
        stems=tuple(stem_numbers),
        parts=part_names,
        neighbours=known[0],
        pairs=known[1],
        word_rarity=_rarity(words),
        pair_rarity=_rarity(pairs),
        part_rarity=_rarity(parts),
        middle=None if meant is None else meant.mean(axis=0),
        stem_numbers=stem_numbers,
        part_numbers=numbered(part_names),
    )
    return vocabulary, _row(vocabulary, words, pairs, parts, meant)


def rows_of(vocabulary: Vocabulary, spelled: Spelled, *, meanings: Meanings | None) -> sparse.csr_matrix:
    """Return the rows of these texts (texts x columns)."""
    numbers = vocabulary.stem_numbers
    distinct = np.array([numbers.get(stem, -1) for stem in counting.stems_of(spelled)], dtype=np.int64)
    stems = distinct[spelled.flat]
    incidence = counting.incidence(spelled)
    beside, near = counting.neighbours(stems, spelled.rows), counting.pairs(stems, spelled.rows)
    words = _word_counts(incidence, spelled, numbers, beside, vocabulary.neighbours)
    pairs = counting.counted(*near, known=vocabulary.pairs, texts=spelled.texts)
    parts = incidence @ counting.parts_by_word(spelled, numbers=vocabulary.part_numbers)
    meant = _meant(incidence, spelled, meanings) if vocabulary.middle is not None else None
    return _row(vocabulary, words, pairs, parts, meant)


def numbered(names: Iterable[str]) -> dict[str, int]:
    """Return each name with its place among the distinct ones."""
    return {name: number for number, name in enumerate(dict.fromkeys(names))}


def _word_counts(
    incidence: sparse.csr_matrix,
    spelled: Spelled,
    numbers: dict[str, int],
    beside: tuple[np.ndarray, np.ndarray],
    known: np.ndarray,
) -> sparse.csr_matrix:
    """Return the counts of stems, and beside them of neighbours."""
    stems = [numbers.get(stem, -1) for stem in counting.stems_of(spelled)]
    rows = np.flatnonzero(np.array(stems, dtype=np.int64) >= 0)
    columns = np.array([stem for stem in stems if stem >= 0], dtype=np.int64)
    ones = np.ones(len(rows), dtype=np.float32)
    by_word = sparse.csr_matrix((ones, (rows, columns)), shape=(len(stems), len(numbers)))
    return sparse.hstack([incidence @ by_word, counting.counted(*beside, known=known, texts=spelled.texts)]).tocsr()


def _rarity(counts: sparse.csr_matrix) -> np.ndarray:
    texts_with = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.asarray(np.log((1 + counts.shape[0]) / (1 + texts_with)) + 1, dtype=np.float32)


def _row(
    vocabulary: Vocabulary,
    words: sparse.csr_matrix,
    pairs: sparse.csr_matrix,
    parts: sparse.csr_matrix,
    meant: np.ndarray | None,
) -> sparse.csr_matrix:
    blocks = [
        _weighed(words, vocabulary.word_rarity),
        _weighed(pairs, vocabulary.pair_rarity),
        _weighed(parts, vocabulary.part_rarity),
    ]
    if meant is not None:
        blocks.append(sparse.csr_matrix(_of_length_one(meant - vocabulary.middle)))
    return sparse.hstack(blocks, format="csr", dtype=np.float32)


def _weighed(counts: sparse.csr_matrix, rarity: np.ndarray) -> sparse.csr_matrix:
    """Return rows of length one, in which what is rare weighs more and what is repeated little more."""
    values = (1 + np.log(counts.data)) * rarity[counts.indices]
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    lengths = np.sqrt(np.bincount(rows, weights=values**2, minlength=counts.shape[0]))
    values = (values / lengths[rows]).astype(np.float32)
    return sparse.csr_matrix((values, counts.indices, counts.indptr), shape=counts.shape)


def _meant(incidence: sparse.csr_matrix, spelled: Spelled, meanings: Meanings | None) -> np.ndarray | None:
    if meanings is None:
        return None
    sums = incidence @ meanings.of([word for _, word in spelled.words])
    return _of_length_one(sums[:, :WIDTH] / np.maximum(1, sums[:, WIDTH:]))


def _of_length_one(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.maximum(1e-9, np.linalg.norm(vectors, axis=1, keepdims=True)))
