"""Cuts texts into words: small letters, with numbers, addresses and links reduced to their kind."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import pycld2
import Stemmer

LANGUAGES: Final = {"it": "italian", "en": "english", "fr": "french", "de": "german", "es": "spanish"}
UNKNOWN: Final = ""
_MOST_CHARACTERS: Final = 4_000  # a complaint has said what it is about by then; the bound keeps one text from costing
_MANY_DIGITS: Final = 4  # an order, card or phone number: says nothing of the label, and should not be stored
_TOKEN = re.compile(r"\S+@\S+\.\w+|https?://\S+|\w+|[^\w\s]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_WORTH = 0.05  # a language of fewer texts than this share of the training is taken for a misreading


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelled:
    """Texts as words: distinct (language, word), the running words' numbers, and the text that each belongs to."""

    texts: int
    words: Sequence[tuple[str, str]]
    flat: np.ndarray
    rows: np.ndarray


def spell(texts: Sequence[str], *, languages: Sequence[str]) -> Spelled:
    """Return the texts as words, each text in its language."""
    numbers: dict[str, dict[str, int]] = {}
    words: list[tuple[str, str]] = []
    flat: list[int] = []
    lengths = []
    for text, language in zip(texts, languages, strict=True):
        known = numbers.setdefault(language, {})
        found = words_of(text)
        lengths.append(len(found))
        for word in found:
            number = known.get(word)
            if number is None:
                number = known[word] = len(words)
                words.append((language, word))
            flat.append(number)
    rows = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
    return Spelled(texts=len(texts), words=words, flat=np.array(flat, dtype=np.int64), rows=rows)


def words_of(text: str) -> list[str]:
    """Return the words and signs of a text in order, small, at most those of its first 4,000 characters."""
    small = unicodedata.normalize("NFC", text[:_MOST_CHARACTERS]).replace("’", "'").lower()
    return [word if word.isalpha() else _kind(word) for word in _TOKEN.findall(small)]


def _kind(word: str) -> str:
    if "@" in word and len(word) > 1:
        return "@@"
    if word.startswith("http"):
        return "//"
    return "0000" if sum(map(str.isdigit, word)) >= _MANY_DIGITS else word


@lru_cache(maxsize=200_000)
def folded(word: str) -> str:
    """Return a word without its accents, which customers leave out."""
    if word.isascii():
        return word
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))


@lru_cache(maxsize=200_000)
def stem(language: str, word: str) -> str:
    """Return what is left of a word when its ending is taken away; the whole word where no stemmer is known."""
    stemmer = _stemmer(language)
    return folded(stemmer.stemWord(word)) if stemmer is not None else folded(word)


@lru_cache
def _stemmer(language: str) -> Stemmer.Stemmer | None:
    return Stemmer.Stemmer(LANGUAGES[language]) if language in LANGUAGES else None


def languages_of(texts: Sequence[str], *, said: Sequence[str | None], among: Sequence[str]) -> list[str]:
    """Return each text's language: the one said, else the one detected, if among these; else the first of these."""
    fallback = among[0] if among else UNKNOWN
    if len(among) < 2:
        return [fallback] * len(texts)
    return [
        hint if hint is not None and hint in among else _detected(text, among=among, fallback=fallback)
        for text, hint in zip(texts, said, strict=True)
    ]


def languages_among(texts: Sequence[str], *, said: Sequence[str | None]) -> tuple[str, ...]:
    """Return the languages that a body of texts is written in, the most frequent first."""
    counts: dict[str, int] = {}
    for text, hint in zip(texts, said, strict=True):
        language = hint or _detected(text, among=tuple(LANGUAGES), fallback=UNKNOWN)
        if language:
            counts[language] = counts.get(language, 0) + 1
    total = sum(counts.values())
    kept = [language for language, count in counts.items() if count >= _WORTH * total]
    return tuple(sorted(kept, key=lambda language: (-counts[language], language)))


def _detected(text: str, *, among: Sequence[str], fallback: str) -> str:
    cleaned = _UNPRINTABLE.sub(" ", text[:_MOST_CHARACTERS])
    try:
        _, _, details = pycld2.detect(cleaned)
    except pycld2.error:
        return fallback
    return next((code for _, code, _, _ in details if code in among), fallback)
