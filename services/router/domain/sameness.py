"""Whether two complaints are the same one, told by several channels: what speaks for it, and how loudly."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Final, Literal
from uuid import UUID
from zlib import crc32

from services.router.domain.tokens import tokenise

SignOfSameness = Literal["verified_point", "contact_point", "number", "name", "text", "category"]

_WEIGHTS: Final[dict[SignOfSameness, float]] = {
    "verified_point": 0.6,
    "contact_point": 0.45,
    "number": 0.7,
    "name": 0.35,
    "text": 0.8,
    "category": 0.2,
}
"""How far each sign alone goes towards certainty; two signs leave what both leave open."""

ALIKE: Final = 0.5
FEWEST_WORDS: Final = 5
MOST_ALIKE: Final = 3
"""A text that more others have sent too is no sign of one customer but of a surge."""

_OTHER_NUMBERS: Final = 0.5
_BANDS: Final = 4
_MASK: Final = 0xFFFF_FFFF
_MIXERS: Final = tuple((0x9E3779B1 * (2 * n + 1) & _MASK, 0x85EBCA6B * (n + 1) & _MASK) for n in range(2 * _BANDS))
_LEAST_DIGITS, _MOST_DIGITS, _MOST_NUMBERS, _MOST_POINTS = 6, 20, 4, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What of a complaint is compared; `points` are its sender's, of which the channel vouches for the `verified`."""

    complaint_id: UUID
    received_at: datetime
    category: str
    name: str | None
    points: frozenset[UUID]
    verified: frozenset[UUID]
    numbers: frozenset[str]
    words: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How certain it is that two complaints are one, from 0 to 1, and by which signs; `alike` compares the texts."""

    score: float
    signs: tuple[SignOfSameness, ...]
    alike: float


def likeness(one: Told, other: Told, *, text_is_rare: bool = True) -> Likeness:
    """Weigh what speaks for two complaints being one; order numbers that differ speak against it."""
    alike = _alike(one.words, other.words)
    signs = tuple(_signs(one, other, alike if text_is_rare else 0.0))
    left = 1.0
    for sign in signs:
        left *= 1 - _WEIGHTS[sign] * (alike if sign == "text" else 1.0)
    score = 1 - left
    if one.numbers and other.numbers and not one.numbers & other.numbers:
        score *= _OTHER_NUMBERS
    if not {*signs} - {"category"}:
        score = 0.0
    return Likeness(score=round(score, 3), signs=signs, alike=round(alike, 2))


def numbers_of(text: str, *, order_reference: str | None) -> frozenset[str]:
    """Return what may be the number of an order or of a parcel."""
    found = [token for token in dict.fromkeys(tokenise(text[:2_000])) if _is_number(token)][:_MOST_NUMBERS]
    if order_reference and (plain := "".join(filter(str.isalnum, order_reference)).casefold()):
        found.append(plain[:40])
    return frozenset(found)


def traces_of(told: Told) -> list[int]:
    """Return numbers by which complaints that may be the same are found: one is equal, or they hardly are the same."""
    names = [f"p{point}" for point in sorted(told.points)[:_MOST_POINTS]]
    names += [f"n{number}" for number in told.numbers]
    return sorted({_trace(name) for name in (*names, *text_traces(told.words))})


def text_traces(words: Collection[str]) -> list[str]:
    """Return four names of a text, of which texts that share most of their words share one (bands of a MinHash)."""
    if len(words) < FEWEST_WORDS:
        return []
    hashes = [crc32(word.encode("utf-8", "replace")) for word in words]
    least = [min((h * times + plus) & _MASK for h in hashes) for times, plus in _MIXERS]
    return [f"t{band}:{least[2 * band]}:{least[2 * band + 1]}" for band in range(_BANDS)]


def rare(one: Told, others: Sequence[Told]) -> bool:
    """Whether only a few of those found say nearly the same."""
    return sum(_alike(one.words, other.words) >= ALIKE for other in others) <= MOST_ALIKE


def _signs(one: Told, other: Told, alike: float) -> Iterable[SignOfSameness]:
    if one.verified & other.verified:
        yield "verified_point"
    elif one.points & other.points:
        yield "contact_point"
    if one.numbers & other.numbers:
        yield "number"
    if one.name and other.name and _plain(one.name) == _plain(other.name):
        yield "name"
    if alike >= ALIKE:
        yield "text"
    if one.category == other.category:
        yield "category"


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    if len(one) < FEWEST_WORDS or len(other) < FEWEST_WORDS:
        return 0.0
    return len(one & other) / len(one | other)


def _plain(name: str) -> str:
    return " ".join(sorted(name.casefold().split()))


def _is_number(token: str) -> bool:
    digits = sum(map(str.isdigit, token))
    return _LEAST_DIGITS <= digits <= len(token) <= _MOST_DIGITS and token.isalnum()


def _trace(name: str) -> int:
    return int.from_bytes(blake2b(name.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True)
