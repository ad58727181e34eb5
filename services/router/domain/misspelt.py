"""Words one slip of the finger away from a known one: a letter too many or too few, another vowel, two swapped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

SHORTEST: Final = 7
"""A shorter word has too many neighbours that mean something else."""

_VOWELS: Final = frozenset("aeiouy")
"""Of two different letters only these are taken for one another: other pairs make words of their own."""

MOST: Final = 20_000
"""How many words are remembered for it; this bounds the memory that a huge lexicon takes."""


class Misspelt:
    """Finds the numbers of known words, or of their beginnings, that a word misses by one slip."""

    def __init__(self) -> None:
        self._whole: dict[str, list[tuple[str, int]]] = {}
        self._beginnings: dict[str, list[tuple[str, int]]] = {}
        self._lengths: set[int] = set()
        self._count = 0

    def add(self, letters: str, number: int, *, beginning: bool) -> None:
        """Remember a word, or a beginning of words, by all its forms that lack one letter."""
        if len(letters) < SHORTEST or self._count >= MOST or not letters.isalpha():
            return
        self._count += 1
        known = self._beginnings if beginning else self._whole
        if beginning:
            self._lengths.add(len(letters))
        for form in _forms(letters):
            known.setdefault(form, []).append((letters, number))

    def numbers(self, word: str) -> list[int]:
        """Return the numbers of the words that were meant; none for a short word."""
        if len(word) < SHORTEST or not word.isalpha():
            return []
        found = list(_meant(word, self._whole))
        for length in self._lengths:
            for piece in {word[: length - 1], word[:length], word[: length + 1]}:
                if abs(len(piece) - length) <= 1:
                    found += _meant(piece, self._beginnings, length=length)
        return list(dict.fromkeys(found))


def _forms(letters: str) -> set[str]:
    return {letters, *(letters[:at] + letters[at + 1 :] for at in range(1, len(letters)))}


def _meant(word: str, known: dict[str, list[tuple[str, int]]], *, length: int | None = None) -> Iterator[int]:
    candidates: Iterable[tuple[str, int]] = (one for form in _forms(word) for one in known.get(form, ()))
    for letters, number in candidates:
        if length in (None, len(letters)) and one_slip(word, letters):
            yield number


def one_slip(one: str, other: str) -> bool:
    """Whether one word becomes the other by a single slip that spares the first letter."""
    if one[:1] != other[:1] or abs(len(one) - len(other)) > 1:
        return False
    if len(one) == len(other):
        differ = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        swapped = len(differ) == 2 and differ[1] == differ[0] + 1 and one[differ[0]] == other[differ[1]]
        vowel = len(differ) == 1 and {one[differ[0]], other[differ[0]]} <= _VOWELS
        return one == other or vowel or (swapped and one[differ[1]] == other[differ[0]])
    short, long = sorted((one, other), key=len)
    return any(long[:at] + long[at + 1 :] == short for at in range(1, len(long)))
