"""What a text is made of, for likeness: the stems of its words, neighbours among them, and parts of words."""

from __future__ import annotations

from typing import Final, NamedTuple

import Stemmer

from services.router.domain.remembered import Remembered
from services.router.domain.tokens import ends_sentence, fold

STEMMERS: Final = {"it": "italian", "en": "english", "fr": "french", "de": "german", "es": "spanish"}
"""The Snowball stemmer of each language that has one; the words of any other are compared as they stand."""

_PART: Final = 4
_NUMBER: Final = "#"
_END: Final = "."
ENDS: Final = frozenset({_END, "?", "!"})
"""The stems of the ends of sentences."""


class Word(NamedTuple):
    """What is kept of one word: its stem, and the parts by which an unknown form is like a known one."""

    stem: str
    parts: tuple[str, ...]


class Words(Remembered[Word]):
    """The words of one language taken apart, as `words[token]`."""

    __slots__ = ("_language", "_stemmer")

    def __init__(self, language: str) -> None:
        super().__init__(self._taken_apart)
        self._language = language
        name = STEMMERS.get(language)
        self._stemmer = Stemmer.Stemmer(name) if name else None

    def _taken_apart(self, token: str) -> Word:
        if ends_sentence(token):
            return Word(token if token in ENDS else _END, ())
        if token[0].isdecimal():
            return Word(_NUMBER, ())
        folded = fold(token, language=self._language)
        return Word(self._stemmer.stemWord(folded) if self._stemmer else folded, _parts(folded))


def neighbours(one: str, other: str) -> str:
    """Return the trait of two stems that follow each other."""
    return f"{one} {other}"


def _parts(word: str) -> tuple[str, ...]:
    if len(word) < _PART:
        return ()
    whole = f"<{word}>"
    return tuple({f"~{whole[at : at + _PART]}" for at in range(len(whole) - _PART + 1)})
