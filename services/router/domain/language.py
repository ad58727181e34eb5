"""Which language a complaint is written in, by a detector and by its small words together.

The detector alone takes eight Italian words for Corsican and reads nothing from three; small words alone do not know
the languages that no lexicon is for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pycld2

from services.router.domain.lexicon import Lexicons

FALLBACK: Final = "en"
_DETECTED_CHARACTERS = 1_500
_HINT = 0.25
_SURE = 0.15
_CLOSE = 0.4
_MOSTLY = 60
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_CODE = re.compile(r"[a-z]{2,3}")
Details = Sequence[tuple[str, str, int, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """The language of a text, and those whose lexicons should read it: itself, and others that come close."""

    code: str
    readers: tuple[str, ...]


def decide_language(text: str, *, tokens: Sequence[str], hint: str | None, lexicons: Lexicons) -> Language:
    """Decide by small words, detector and hint; a language without a lexicon keeps its code and is read as English."""
    known = lexicons.by_language
    reliable, details = _detect(text)
    words = set(tokens)
    votes = {code: len(words & lexicon.function_words) for code, lexicon in known.items()}
    total = max(1, sum(votes.values()))
    scores = {code: count / total for code, count in votes.items()}
    for _, code, percent, _ in details:
        mine = lexicons.detected.get(code)
        if mine is not None:
            scores[mine] += percent / (100.0 if reliable else 250.0)
    said = _said(hint)
    if said is not None and said in known:
        scores[said] += _HINT
    best = max(scores, key=scores.__getitem__)
    foreign = _foreign(details, lexicons) if reliable else None
    if foreign is not None and votes[best] < max(2, len(words) // 8):
        return Language(code=foreign, readers=_readers(scores, FALLBACK if FALLBACK in known else best))
    if scores[best] < _SURE:
        best = FALLBACK if FALLBACK in known else best
        return Language(code=said or best, readers=tuple(known))
    return Language(code=best, readers=_readers(scores, best))


def _readers(scores: dict[str, float], best: str) -> tuple[str, ...]:
    close = scores[best] * _CLOSE
    return (best, *(code for code, score in scores.items() if code != best and score > 0 and score >= close))


def _foreign(details: Details, lexicons: Lexicons) -> str | None:
    if not details or details[0][2] < _MOSTLY or not _CODE.fullmatch(details[0][1]):
        return None
    code = details[0][1]
    return None if code == "un" or code in lexicons.detected else code


def _said(hint: str | None) -> str | None:
    code = (hint or "").strip().lower().replace("_", "-").split("-")[0]
    return code if _CODE.fullmatch(code) else None


def _detect(text: str) -> tuple[bool, Details]:
    plain = _UNPRINTABLE.sub(" ", text[:_DETECTED_CHARACTERS])
    try:
        reliable, _, details = pycld2.detect(plain, isPlainText=True, bestEffort=True)
    except (pycld2.error, UnicodeError, ValueError):
        return False, ()
    return bool(reliable), details
