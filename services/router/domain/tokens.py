"""Text becomes words that can be compared: lower case, accents folded, apostrophes parted, sentences kept apart."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import chain

from services.router.domain.remembered import Remembered

MAX_CHARACTERS = 20_000
"""How much of a text is read; what decides a complaint stands in its first pages."""

_TOKEN = re.compile(
    r"[^\W\d_][^\W_]*(?:['’]t(?![^\W_]))?"  # a word; don't stays one word
    r"|\d+(?:[.,:/]\d+)*(?![^\W\d_])"  # a number with its points
    r"|\d[^\W_]*"  # 3x, 12kg
    r"|(?<!\.)[.!?;](?=\s|$)"  # the end of a sentence; three points are none
)
_PARAGRAPH = re.compile(r"(\n\s*\n)")
_SENTENCE_ENDS = frozenset(".!?;\n")
_THOUSANDS = re.compile(r"[.,](?=\d{3}(?!\d))")
_DIGITS = re.compile(r"\d{1,15}", re.ASCII)
_LONG_DRAWN = re.compile(r"([^\W\d])\1{2,}")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l"})
_UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"))


def tokenise(text: str) -> list[str]:
    """Return the words, numbers and sentence ends of a text in order, in lower case; accents still stand."""
    if len(text) > MAX_CHARACTERS:
        text = text[:MAX_CHARACTERS]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = text.casefold()
    if "\n" not in text:
        return _tokens_between(text)
    tokens: list[str] = []
    for number, part in enumerate(_PARAGRAPH.split(text)):
        tokens += (part,) if number % 2 else _tokens_between(part)
    return tokens


def _tokens_between(text: str) -> list[str]:
    """No token holds white space and none looks beyond it, so each piece between is known once it was seen."""
    return list(chain.from_iterable(map(_pieces.__getitem__, text.split())))


_pieces: Remembered[list[str]] = Remembered(_TOKEN.findall)


def ends_sentence(token: str) -> bool:
    """Whether a token is the end of a sentence."""
    return token[0] in _SENTENCE_ENDS


def is_number(token: str) -> bool:
    """Whether a token is a number."""
    return token[0].isdecimal() and token[-1].isdecimal()


def value_of(token: str) -> int:
    """Return the whole number that a token says: 48000 for `48,000` and `48.000`, 12 for `12.5`; -1 for no number."""
    whole = _THOUSANDS.sub("", token)
    digits = _DIGITS.match(whole)
    return int(digits[0]) if digits else -1


def undrawn(token: str) -> str:
    """Return a word without letters drawn out for emphasis: `sooo` as `so`."""
    if len(token) - len(set(token)) < 2:
        return token  # nearly every word; the pattern costs ten times as much
    return _LONG_DRAWN.sub(r"\1", token)


@lru_cache(maxsize=16_384)
def fold(token: str, *, language: str) -> str:
    """Return the form by which words are compared: no accents, no apostrophes, `sooo` as `so`.

    German writes ä also as ae: both become a, in the lexicon as in the text.
    """
    if not token.isascii():
        apart = unicodedata.normalize("NFKD", token.translate(_LIGATURES))
        token = "".join(letter for letter in apart if not unicodedata.combining(letter))
    token = undrawn(token.replace("'", "").replace("’", ""))
    if language == "de":
        for two, one in _UMLAUTS:
            token = token.replace(two, one)
    return token
