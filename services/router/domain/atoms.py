"""The words that phrases are made of, numbered, and which of them a word of a text fits."""

from __future__ import annotations

from services.router.domain.tokens import fold, is_number


class Atoms:
    """The words of phrases, numbered; a word with stars is looked for by its beginning, its end or its middle."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._numbers: dict[str, int] = {}
        self._exact: dict[str, list[int]] = {}
        self._beginnings: dict[str, list[int]] = {}
        self._lengths: tuple[int, ...] = ()
        self._endings: list[tuple[str, int]] = []
        self._middles: list[tuple[str, int]] = []

    def number(self, part: str) -> int:
        """Return the number of a part such as `non|mai` or `arrivat*`."""
        if part not in self._numbers:
            self._numbers[part] = len(self._numbers) + 1
            for alternative in part.split("|"):
                self._register(alternative, self._numbers[part])
        return self._numbers[part]

    def _register(self, alternative: str, number: int) -> None:
        letters = (
            alternative if alternative == "#" else fold(alternative.strip("*").casefold(), language=self._language)
        )
        first, last = alternative.startswith("*"), alternative.endswith("*")
        if first and last:
            self._middles.append((letters, number))
        elif first:
            self._endings.append((letters, number))
        elif last:
            self._beginnings.setdefault(letters, []).append(number)
            self._lengths = tuple(sorted({*self._lengths, len(letters)}))
        else:
            self._exact.setdefault(letters, []).append(number)

    def fitting(self, token: str) -> list[int]:
        """Return the numbers of all parts that a token fits."""
        word = fold(token, language=self._language)
        numbers = [*self._exact.get(word, ()), *(self._exact.get("#", ()) if is_number(token) else ())]
        for length in self._lengths:
            if length > len(word):
                break
            numbers += self._beginnings.get(word[:length], ())
        numbers += [number for letters, number in self._endings if word.endswith(letters)]
        numbers += [number for letters, number in self._middles if letters in word]
        return numbers
