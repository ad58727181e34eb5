"""The words that phrases are made of, numbered, and which of them a word of a text fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from services.router.domain.misspelt import Misspelt
from services.router.domain.tokens import fold, is_number, value_of
from shared.rulebook.lexicons import range_of

_STEMMED: Final = 4
"""A word of fewer letters is compared as it stands."""


class Atoms:
    """The words of phrases, numbered; a word with stars is looked for by its beginning, its end or its middle."""

    def __init__(self, language: str, *, concepts: Mapping[str, tuple[str, ...]]) -> None:
        self._language = language
        self._concepts = concepts
        self._numbers: dict[str, int] = {}
        self._exact: dict[str, list[int]] = {}
        self._beginnings: dict[str, list[int]] = {}
        self._lengths: tuple[int, ...] = ()
        self._endings: list[tuple[str, int]] = []
        self._middles: list[tuple[str, int]] = []
        self._ranges: list[tuple[int, int, int]] = []
        self._misspelt = Misspelt()

    def number(self, part: str) -> int:
        """Return the number of a part such as `non|mai`, `arrivat*` or `$parcel`."""
        if part not in self._numbers:
            self._numbers[part] = len(self._numbers) + 1
            for alternative in self._alternatives(part):
                self._register(alternative, self._numbers[part])
        return self._numbers[part]

    def _alternatives(self, part: str) -> Iterator[str]:
        for alternative in part.split("|"):
            if alternative.startswith("$"):
                yield from self._concepts[alternative[1:]]
            else:
                yield alternative

    def _register(self, alternative: str, number: int) -> None:
        if bounds := range_of(alternative):
            self._ranges.append((*bounds, number))
            return
        letters = (
            alternative if alternative == "#" else fold(alternative.strip("*").casefold(), language=self._language)
        )
        first, last = alternative.startswith("*"), alternative.endswith("*")
        if first and last:
            self._middles.append((letters, number))
        elif first:
            self._endings.append((letters, number))
        else:
            self._misspelt.add(letters, number, beginning=last)
            self._register_beginning(letters, number) if last else self._exact.setdefault(letters, []).append(number)

    def _register_beginning(self, letters: str, number: int) -> None:
        self._beginnings.setdefault(letters, []).append(number)
        self._lengths = tuple(sorted({*self._lengths, len(letters)}))

    def fitting(self, token: str) -> list[int]:
        """Return the numbers of all parts that a token fits; of those it misses by one slip when it fits none."""
        word = fold(token, language=self._language)
        numbers = list(self._exact.get(word, ()))
        if is_number(token):
            value = value_of(token)
            numbers += self._exact.get("#", ())
            numbers += [number for least, most, number in self._ranges if least <= value <= most]
        for length in self._lengths:
            if length > len(word):
                break
            numbers += self._beginnings.get(word[:length], ())
        numbers += [number for letters, number in self._endings if word.endswith(letters)]
        numbers += [number for letters, number in self._middles if letters in word]
        return numbers or self._misspelt.numbers(word)
