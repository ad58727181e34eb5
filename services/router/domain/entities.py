"""What a text names: orders, tracking numbers, amounts, dates, phone numbers, accounts, cards, tax codes, products."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from services.router.domain.lexicon import Lexicons
from services.router.domain.tokens import tokenise
from shared.rulebook.entities import EntityShapes, pattern_of

MOST: Final = 40
"""How many things of a text are told; nobody names more in one complaint."""

PRIVATE: Final = frozenset({"phone", "iban", "card", "tax_code"})
"""What is shown outside the message by its last characters only."""

_SHOWN = 3
_DIGIT = re.compile(r"\d")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")
_CARD = re.compile(r"(?<![\dA-Z])[3-6]\d{3}(?:[ -]?\d){9,15}(?!\d)")
_PHONE = re.compile(r"(?<![\w.,/-])(?:\+|00)?\(?\d{2,5}\)?(?:[ ./-]?\d{2,5}){1,5}(?![\w]|[.,]\d)")
_CURRENCIES: Final = {"€": "EUR", "euro": "EUR", "euros": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP",
    "pounds": "GBP", "pound": "GBP", "$": "USD", "usd": "USD", "dollars": "USD", "dollar": "USD",
    "chf": "CHF", "franken": "CHF", "aud": "AUD"}  # fmt: skip
_NUMBER = r"\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{2})?|\d+(?:[.,]\d{1,2})?"
_WORDS = "|".join(sorted((re.escape(one) for one in _CURRENCIES), key=len, reverse=True))
_AMOUNT = re.compile(
    rf"(?:(?P<before>{_WORDS})\s?(?P<one>{_NUMBER})|(?P<two>{_NUMBER})\s?(?P<after>{_WORDS})(?!\w))", re.I
)
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "gennaio january janvier januar enero jan", "febbraio february février februar febrero feb",
            "marzo march mars märz maerz", "aprile april avril abril", "maggio may mai mayo",
            "giugno june juin juni junio", "luglio july juillet juli julio", "agosto august août aout",
            "settembre september septembre septiembre", "ottobre october octobre oktober octubre",
            "novembre november noviembre", "dicembre december décembre dezember diciembre",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    r"\b(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})\b|\b(?P<d2>\d{1,2})[./](?P<m2>\d{1,2})[./](?P<y2>\d{4})\b"
    rf"|\b(?P<d3>\d{{1,2}})(?:st|nd|rd|th|er|°|\.)?\s(?:de |of )?(?P<name>{_NAMES})"
    r"(?:,? (?:de |del )?(?P<y3>\d{4}))?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One thing that is named: `order`, `amount`, `date`...; amounts as `49.90 EUR`, full dates as `2026-03-03`."""

    kind: str
    value: str

    @property
    def shown(self) -> str:
        """How it is told outside the message: personal and payment data by their last characters only."""
        return f"…{self.value[-_SHOWN:]}" if self.kind in PRIVATE else self.value


def entities_of(text: str, *, shapes: EntityShapes) -> tuple[Entity, ...]:
    """Return what a text names, each thing once; a text without a digit names nothing that is looked for here."""
    if not _DIGIT.search(text):
        return ()
    found: list[Entity] = []
    dates = list(_amounts_and_dates(text))
    text = _DATE.sub(" ; ", text)
    for kind, pattern, holds in _finders(shapes):
        text = _taken(kind, pattern, holds, text, found)
    return tuple(dict.fromkeys([*found, *dates]))[:MOST]


def _taken(kind: str, pattern: re.Pattern[str], holds: object, text: str, found: list[Entity]) -> str:
    """Add what is found and blank it out, so that the digits of a card are no phone number too."""

    def take(match: re.Match[str]) -> str:
        value = (match.groupdict().get("value") or match[0]).strip()
        if callable(holds) and not holds(value):
            return match[0]
        found.append(Entity(kind=kind, value=value))
        return " ; "

    return pattern.sub(take, text)


@lru_cache(maxsize=8)
def _finders(shapes: EntityShapes) -> tuple[tuple[str, re.Pattern[str], object], ...]:
    finders: list[tuple[str, re.Pattern[str], object]] = [("iban", _IBAN, is_iban), ("card", _CARD, is_card)]
    for kind, named in (("tax_code", shapes.tax_code), ("tracking", shapes.tracking), ("order", shapes.order)):
        pattern = pattern_of(named)
        if pattern is not None:
            finders.append((kind, pattern, None))
    return (*finders, ("phone", _PHONE, is_phone))


def products_in(text: str, *, language: str, lexicons: Lexicons) -> tuple[Entity, ...]:
    """Return the products of the list of a language that a text names, in its words."""
    lexicon = lexicons.by_language.get(language)
    tokens = tokenise(text)
    hits = lexicon.products.find(tokens) if lexicon else []
    named = (" ".join(tokens[at] for at in hit.places) for hit in hits)
    return tuple(Entity(kind="product", value=one) for one in list(dict.fromkeys(named))[:MOST])


def is_iban(text: str) -> bool:
    """Whether the check digits of an IBAN are right."""
    plain = text.replace(" ", "")
    return 15 <= len(plain) <= 34 and int("".join(str(int(one, 36)) for one in plain[4:] + plain[:4])) % 97 == 1


def is_card(text: str) -> bool:
    """Whether a number of a payment card passes Luhn's check."""
    digits = [int(one) for one in text if one.isdigit()]
    doubled = [2 * one - 9 * (one > 4) for one in digits[-2::-2]]
    return 13 <= len(digits) <= 19 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_phone(text: str) -> bool:
    """Whether digits look like a telephone number: nine to fifteen of them, with `+`, a leading 0, or in groups."""
    digits = sum(map(str.isdigit, text))
    return 9 <= digits <= 15 and (text[0] in "+0(" or " " in text or text[0] in "3679")


def _amounts_and_dates(text: str) -> Iterator[Entity]:
    for match in _AMOUNT.finditer(text):
        currency = _CURRENCIES[(match["before"] or match["after"]).lower()]
        yield Entity(kind="amount", value=f"{_plain(match['one'] or match['two'])} {currency}")
    for match in _DATE.finditer(text):
        yield Entity(kind="date", value=_date(match))


def _date(match: re.Match[str]) -> str:
    if match["y"]:
        return match[0]
    if match["y2"]:
        return f"{match['y2']}-{int(match['m2']):02}-{int(match['d2']):02}"
    if match["y3"]:
        return f"{match['y3']}-{_MONTHS[match['name'].lower()]:02}-{int(match['d3']):02}"
    return match[0]


def _plain(number: str) -> str:
    """Return a number with two decimals and nothing between thousands."""
    whole, cents = number, "00"
    if len(number) > 2 and number[-3] in ".,":
        whole, cents = number[:-3], number[-2:]
    elif len(number) > 1 and number[-2] in ".,":
        whole, cents = number[:-2], f"{number[-1]}0"
    return f"{re.sub(r'[^0-9]', '', whole)}.{cents}"


def masked(text: str, *, shapes: EntityShapes) -> str:
    """Return a text in which phone numbers, accounts, cards and tax codes are shown by their last characters only."""
    for kind, pattern, holds in _finders(shapes):
        if kind in PRIVATE:
            text = _blacked(pattern, holds, text)
    return text


def _blacked(pattern: re.Pattern[str], holds: object, text: str) -> str:
    def black(match: re.Match[str]) -> str:
        return match[0] if callable(holds) and not holds(match[0]) else f"…{match[0].strip()[-_SHOWN:]}"

    return pattern.sub(black, text)
