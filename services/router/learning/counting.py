"""Counts what stands in texts: stems, neighbours, pairs that stand near each other, and parts of words."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from scipy import sparse

from services.router.learning.spelling import Spelled, folded, stem

NEAR: Final = 10  # words apart at most, for a pair; the order of a pair does not count
_SHORTEST: Final = 2
_LONGEST: Final = 5
_LONGEST_WORD: Final = 40
_KEY: Final = np.int64(1) << 31


@lru_cache(maxsize=100_000)
def parts_of(word: str) -> tuple[str, ...]:
    """Return the runs of two to five letters of a word, whose beginning and end are marked by a blank."""
    padded = f" {folded(word)[:_LONGEST_WORD]} "
    return tuple(
        padded[start : start + length]
        for length in range(_SHORTEST, _LONGEST + 1)
        for start in range(len(padded) - length + 1)
    )


def stems_of(spelled: Spelled) -> list[str]:
    """Return the stem of each distinct word."""
    return [stem(language, word) for language, word in spelled.words]


def incidence(spelled: Spelled) -> sparse.csr_matrix:
    """Return how often each distinct word stands in each text (texts x distinct words)."""
    ones = np.ones(len(spelled.flat), dtype=np.float32)
    return _summed(ones, spelled.rows, spelled.flat, shape=(spelled.texts, len(spelled.words)))


def parts_by_word(spelled: Spelled, *, numbers: dict[str, int]) -> sparse.csr_matrix:
    """Return how often each known part stands in each distinct word (distinct words x parts)."""
    columns: list[int] = []
    starts = [0]
    for _, word in spelled.words:
        columns += [numbers[part] for part in parts_of(word) if part in numbers]
        starts.append(len(columns))
    matrix = sparse.csr_matrix(
        (np.ones(len(columns), dtype=np.float32), np.array(columns, dtype=np.int64), np.array(starts, dtype=np.int64)),
        shape=(len(spelled.words), len(numbers)),
    )
    matrix.sum_duplicates()
    return matrix


def neighbours(stems: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (rows, keys) of every two stems that stand side by side; a stem below 0 is unknown and has none."""
    first, second = stems[:-1], stems[1:]
    stand = (rows[:-1] == rows[1:]) & (first >= 0) & (second >= 0)
    return rows[:-1][stand], first[stand] * _KEY + second[stand]


def pairs(stems: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (rows, keys) of every two different stems at most NEAR words apart, each once a text."""
    found_rows, found_keys = [rows[:0]], [stems[:0]]
    for apart in range(1, NEAR + 1):
        first, second = stems[:-apart], stems[apart:]
        stand = (rows[:-apart] == rows[apart:]) & (first >= 0) & (second >= 0) & (first != second)
        if not stand.any():
            continue
        low, high = np.minimum(first[stand], second[stand]), np.maximum(first[stand], second[stand])
        found_rows.append(rows[:-apart][stand])
        found_keys.append(low * _KEY + high)
    return _once(np.concatenate(found_rows), np.concatenate(found_keys))


def known_keys(rows: np.ndarray, keys: np.ndarray, *, least: int) -> np.ndarray:
    """Return, sorted, the keys that stand in at least so many texts."""
    _, once = _once(rows, keys)
    distinct, texts = np.unique(once, return_counts=True)
    return distinct[texts >= least]


def counted(rows: np.ndarray, keys: np.ndarray, *, known: np.ndarray, texts: int) -> sparse.csr_matrix:
    """Return how often each known key stands in each text (texts x keys)."""
    if not len(known):
        return sparse.csr_matrix((texts, 0), dtype=np.float32)
    columns = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    stand = known[columns] == keys
    ones = np.ones(int(stand.sum()), dtype=np.float32)
    return _summed(ones, rows[stand], columns[stand], shape=(texts, len(known)))


def _once(rows: np.ndarray, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.lexsort((keys, rows))
    rows, keys = rows[order], keys[order]
    new = np.ones(len(rows), dtype=bool)
    new[1:] = (rows[1:] != rows[:-1]) | (keys[1:] != keys[:-1])
    return rows[new], keys[new]


def _summed(values: np.ndarray, rows: np.ndarray, columns: np.ndarray, *, shape: tuple[int, int]) -> sparse.csr_matrix:
    matrix = sparse.csr_matrix((values, (rows, columns)), shape=shape)
    matrix.sum_duplicates()
    return matrix
