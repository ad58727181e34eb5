"""Sums of money that a text names, as `49.90 EUR`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_CURRENCIES: Final = {"€": "EUR", "euro": "EUR", "euros": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP",
    "pounds": "GBP", "pound": "GBP", "$": "USD", "usd": "USD", "dollars": "USD", "dollar": "USD",
    "chf": "CHF", "franken": "CHF", "aud": "AUD"}  # fmt: skip
_WORDS = "|".join(sorted((re.escape(one) for one in _CURRENCIES), key=len, reverse=True))
_LONGEST: Final = max(map(len, _CURRENCIES)) + 2

# From its first digit and of a bounded length: a text of digits alone must not take for ever.
_NUMBER = re.compile(
    r"(?<![0-9])(?:[0-9]{1,3}(?:[.,' ][0-9]{3}){1,5}(?:[.,][0-9]{2})?(?![0-9])|[0-9]{1,15}(?:[.,][0-9]{1,2})?)"
)
_BEFORE = re.compile(rf"(?<![^\W\d_])({_WORDS})\s?$", re.IGNORECASE)
_AFTER = re.compile(rf"\s?({_WORDS})(?!\w)", re.IGNORECASE)
_NO_DIGIT = re.compile(r"[^0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A sum: its number with two decimals as text, and the currency's code."""

    number: str
    currency: str

    def __str__(self) -> str:
        """Return how it is told."""
        return f"{self.number} {self.currency}"


def amounts_in(text: str) -> Iterator[Amount]:
    """Yield the sums in the order of the text; a number without a currency is none."""
    used = 0
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        said = _BEFORE.search(text[max(used, start - _LONGEST) : start])
        if said is None:
            said = _AFTER.match(text, end)
            if said is None:
                continue
            end = said.end()
        used = end
        yield Amount(number=_plain(match[0]), currency=_CURRENCIES[said[1].lower()])


def largest_of(text: str) -> Amount | None:
    """Return the sum with the largest number, whatever its currency; the first one where two are as large."""
    return max(amounts_in(text), key=lambda one: float(one.number), default=None)


def _plain(number: str) -> str:
    """Return a number with two decimals and nothing between thousands."""
    whole, cents = number, "00"
    if len(number) > 2 and number[-3] in ".,":
        whole, cents = number[:-3], number[-2:]
    elif len(number) > 1 and number[-2] in ".,":
        whole, cents = number[:-2], f"{number[-1]}0"
    return f"{_NO_DIGIT.sub('', whole)}.{cents}"
