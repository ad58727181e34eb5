"""Numbers that a text names and what they are: accounts, cards, tax codes, tracking numbers, orders, telephones."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from services.router.domain.said_dates import DATE
from shared.rulebook.entities import EntityShapes, digits_of, pattern_of

PRIVATE: Final = frozenset({"phone", "iban", "card", "tax_code"})
"""Personal and payment data, which stand in the clear in the message only."""

_IBAN = re.compile(
    r"\b[A-Z]{2}\d{2}(?:[ .-]?[A-Z0-9]){11,30}\b"
    # In small letters words could be taken for it: so in one piece, or in fours that hold digits.
    r"|\b[A-Za-z]{2}\d{2}(?:[A-Za-z0-9]{11,30}"
    r"|(?:[ .-][A-Za-z]{4})?(?:[ .-](?=[A-Za-z]{0,3}\d)[A-Za-z0-9]{1,4}){2,8})\b"
)
_CARD = re.compile(r"(?<![\dA-Z])[3-6]\d{3}(?:[ .-]?\d){9,15}(?!\d)")
_PHONE = re.compile(r"(?<![\w,/-])(?<![\d][.])(?:\+|00)?\(?\d{2,5}\)?(?:[ ./-]?\d{2,5}){1,5}(?![\w]|[.,]\d)")
_AMERICAN = re.compile(r"\d{3}[.-]\d{3}[.-]\d{4}")
_NUMBER_OF_WHAT = re.compile(r"(?:num|nummer|n[r°ºo.]|ref|réf)", re.IGNORECASE)

_DIGIT = re.compile(r"\d")
_LEAST_DIGITS: Final = 7
"""No account, card or telephone has fewer."""

_SEPARATOR = re.compile(r"[ .-]")

Cut = Callable[[re.Match[str], str], str]
"""Returns as much of what a pattern fits as is such a number; nothing when it is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number in a text: what it is, how it is written, and where."""

    kind: str
    value: str
    start: int
    end: int


def numbers_in(text: str, *, shapes: EntityShapes) -> list[Number]:
    """Return the numbers of a text, kind by kind; no digit is part of two, and those of dates are none."""
    found: list[Number] = []
    text = DATE.sub(_blank, text)
    for kind, pattern, cut in _finders(shapes):
        text = _taken(kind, pattern, cut, text, found)
    return found


def names_order(text: str, *, shapes: EntityShapes) -> bool:
    """Whether a text holds the number of an order."""
    looks = any(pattern.search(text) for kind, pattern, _ in _finders(shapes) if kind == "order")
    return looks and any(one.kind == "order" for one in numbers_in(text, shapes=shapes))


def may_hold_private(text: str, *, shapes: EntityShapes) -> bool:
    """Whether a text looks as if there were personal or payment data in it; most texts do not, and that is cheap."""
    if len(_DIGIT.findall(text)) < _fewest_digits(shapes):
        return False
    return any(pattern.search(text) for kind, pattern, _ in _finders(shapes) if kind in PRIVATE)


def _taken(kind: str, pattern: re.Pattern[str], cut: Cut, text: str, found: list[Number]) -> str:
    """Add what is found and blank it out, so that the digits of a card are no phone number too."""

    def take(match: re.Match[str]) -> str:
        group = "value" if match.groupdict().get("value") else 0
        value = cut(match, match[group])
        if not value:
            return match[0]
        start = match.start(group)
        found.append(Number(kind=kind, value=value, start=start, end=start + len(value)))
        return ";" * (start + len(value) - match.start()) + match.string[start + len(value) : match.end()]

    return pattern.sub(take, text)


def _blank(match: re.Match[str]) -> str:
    """As long as what it stands for, so that what is found next is still found in its place."""
    return ";" * len(match[0])


@lru_cache(maxsize=8)
def _finders(shapes: EntityShapes) -> tuple[tuple[str, re.Pattern[str], Cut], ...]:
    finders: list[tuple[str, re.Pattern[str] | None, Cut]] = [
        ("iban", _IBAN, lambda _, value: _as_far_as(is_iban, value)),
        ("card", _CARD, lambda _, value: _as_far_as(is_card, value)),
        ("tax_code", _any_case(pattern_of(shapes.tax_code)), _whole),
        ("tracking", pattern_of(shapes.tracking), _whole),
        ("order", pattern_of(shapes.order), lambda match, value: "" if _is_own_number(match, value) else value),
        ("phone", _PHONE, lambda _, value: value if is_phone(value) else ""),
    ]
    return tuple((kind, pattern, cut) for kind, pattern, cut in finders if pattern is not None)


@lru_cache(maxsize=8)
def _fewest_digits(shapes: EntityShapes) -> int:
    """Return how many digits a text holds at least in which there is anything private."""
    named = shapes.tax_code
    return min([_LEAST_DIGITS, *map(digits_of, (*named.shapes, *named.shapes_after))])


def _any_case(pattern: re.Pattern[str] | None) -> re.Pattern[str] | None:
    """Hardly anybody writes a tax code in capitals when they are angry."""
    return pattern and re.compile(pattern.pattern, re.IGNORECASE)


def _whole(_: re.Match[str], value: str) -> str:
    return value


def _as_far_as(holds: Callable[[str], bool], value: str) -> str:
    """Return the longest beginning that holds, of whole groups: behind a card may stand when it expires."""
    while not holds(value):
        ends = [match.start() for match in _SEPARATOR.finditer(value)]
        if not ends:
            return ""
        value = value[: ends[-1]]
    return value


def _is_own_number(match: re.Match[str], value: str) -> bool:
    """Whether it is a telephone rather than an order: "my number is 333 445 5667" does not say what it is of."""
    return is_phone(value) and _NUMBER_OF_WHAT.match(match[0]) is not None


def is_iban(text: str) -> bool:
    """Whether the check digits of an IBAN are right."""
    plain = _SEPARATOR.sub("", text)
    return 15 <= len(plain) <= 34 and int("".join(str(int(one, 36)) for one in plain[4:] + plain[:4])) % 97 == 1


def is_card(text: str) -> bool:
    """Whether a number of a payment card passes Luhn's check."""
    digits = [int(one) for one in text if one.isdigit()]
    doubled = [2 * one - 9 * (one > 4) for one in digits[-2::-2]]
    return 13 <= len(digits) <= 19 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_phone(text: str) -> bool:
    """Whether digits look like a telephone number: nine to fifteen of them, with `+`, a leading 0, or in groups."""
    digits = sum(map(str.isdigit, text))
    begins = text[0] in "+0(3679" or " " in text
    return 9 <= digits <= 15 and (begins or _AMERICAN.fullmatch(text) is not None)
