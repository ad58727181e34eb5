"""Which language a complaint is written in: by its small words where they abound, else by them and a detector.

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
_DETECTED_CHARACTERS: Final = 1_500
_DETECTOR: Final = 0.6  # what a reliable detection weighs, against the share of small words
_UNRELIABLE: Final = 0.25
_FULL_SCORE: Final = 500.0  # the detector's own score from which it is believed altogether; wrong ones score low
_HINT: Final = 0.25
_LETTERS: Final = 0.4
_SURE: Final = 0.3
_CLOSE: Final = 0.5
_FEW_WORDS: Final = 4
_OWN_SHARE: Final = 0.34  # a text of ours has more small words than this, a stranger's fewer
_ABOUND: Final = 0.3  # among this share of small words the detector has never known better
_MOSTLY: Final = 60
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_CODE = re.compile(r"[a-z]{2,3}")
Details = Sequence[tuple[str, str, int, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """The language of a text, and those whose lexicons should read it: itself, and others that come close."""

    code: str
    readers: tuple[str, ...]


def decide_language(text: str, *, tokens: Sequence[str], hint: str | None, lexicons: Lexicons) -> Language:
    """Decide by small words, detector and hint; a language without a lexicon keeps its code and is read as English."""
    words = set(tokens)
    size = max(1, len(words))
    small = words & lexicons.function_words
    shares = {code: len(small & lexicon.function_words) / size for code, lexicon in lexicons.by_language.items()}
    if hint is None and (plain := _plainly(shares)) is not None:
        return plain
    reliable, details = _detect(text)
    said = _said(hint)
    scores = _scores(shares, words, lexicons, detected=(reliable, details), said=said)
    best = max(scores, key=scores.__getitem__)
    foreign = _foreign(details, lexicons) if reliable else None
    if foreign is not None and shares[best] < _OWN_SHARE and (size >= _FEW_WORDS or not _latin(text)):
        return Language(code=foreign, readers=_readers(scores, FALLBACK if FALLBACK in scores else best))
    if scores[best] < _SURE:
        return _by_lexicons(tokens, said=said, lexicons=lexicons)
    return Language(code=best, readers=_readers(scores, best))


def _scores(
    shares: dict[str, float], words: set[str], lexicons: Lexicons, *, detected: tuple[bool, Details], said: str | None
) -> dict[str, float]:
    """Return what speaks for each language: its small words, the detector, its own letters, and who wrote."""
    scores = dict(shares)
    reliable, details = detected
    for _, code, percent, score in details:
        mine = lexicons.detected.get(code)
        if mine is not None:
            scores[mine] += percent / 100 * (_DETECTOR * min(1, score / _FULL_SCORE) if reliable else _UNRELIABLE)
    if special := set(_BEYOND_ASCII.findall("".join(words))):
        for code, lexicon in lexicons.by_language.items():
            scores[code] += _LETTERS * len(special & lexicon.letters) / len(special)
    if said is not None and said in scores:
        scores[said] += _HINT
    return scores


def _plainly(shares: dict[str, float]) -> Language | None:
    """Return the language whose small words abound while those of no other do: most texts need no detector."""
    best = max(shares, key=shares.__getitem__)
    rest = max((share for code, share in shares.items() if code != best), default=0.0)
    return Language(code=best, readers=(best,)) if shares[best] >= _ABOUND and rest <= shares[best] * _CLOSE else None


def _by_lexicons(tokens: Sequence[str], *, said: str | None, lexicons: Lexicons) -> Language:
    """Choose the language whose lexicon finds most in a text too short for anything else; all of them read it."""
    found = {code: len(lexicon.matcher.find(tokens)) for code, lexicon in lexicons.by_language.items()}
    most = max(found, key=found.__getitem__)
    code = said or (most if found[most] else FALLBACK)
    return Language(code=code, readers=tuple(found))


def _readers(scores: dict[str, float], best: str) -> tuple[str, ...]:
    close = max(scores.values()) * _CLOSE
    return (best, *[code for code, score in scores.items() if code != best and score > 0 and score >= close])


def _latin(text: str) -> bool:
    return any("a" <= letter <= "z" for letter in text.casefold()[:_DETECTED_CHARACTERS])


def _foreign(details: Details, lexicons: Lexicons) -> str | None:
    if not details:
        return None
    _, code, percent, score = details[0]
    code = code.split("-")[0]
    if code == "un" or code in lexicons.detected or not _CODE.fullmatch(code):
        return None
    return code if percent >= _MOSTLY and score >= _FULL_SCORE else None


def _said(hint: str | None) -> str | None:
    if not hint:
        return None
    code = hint.strip().lower().replace("_", "-").split("-")[0]
    return code if _CODE.fullmatch(code) else None


def _detect(text: str) -> tuple[bool, Details]:
    plain = _UNPRINTABLE.sub(" ", text[:_DETECTED_CHARACTERS])
    try:
        reliable, _, details = pycld2.detect(plain, isPlainText=True, bestEffort=True)
    except (pycld2.error, UnicodeError, ValueError):
        return False, ()
    return bool(reliable), details
