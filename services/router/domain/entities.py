"""What a text names: orders, tracking numbers, amounts, dates, phone numbers, accounts, cards, tax codes, products."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from services.router.domain.amounts import amounts_in
from services.router.domain.lexicon import Lexicons
from services.router.domain.numbers import PRIVATE, numbers_in
from services.router.domain.said_dates import DATE, date_of
from services.router.domain.tokens import MAX_CHARACTERS, tokenise
from shared.rulebook.entities import EntityShapes

MOST: Final = 40
"""How many things of a text are told; nobody names more in one complaint."""

_SHOWN: Final = 3
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One thing that is named: `order`, `amount`, `date`...; amounts as `49.90 EUR`, full dates as `2026-03-03`."""

    kind: str
    value: str

    @property
    def private(self) -> bool:
        """Whether it is personal or payment data."""
        return self.kind in PRIVATE

    @property
    def shown(self) -> str:
        """How it is told outside the message: personal and payment data by their last characters only."""
        return ending(self.value) if self.private else self.value


def ending(value: str) -> str:
    """Return the last signs of what is private, by which whoever knows it may know it again."""
    return f"…{''.join(filter(str.isalnum, value))[-_SHOWN:]}"


def entities_of(text: str, *, shapes: EntityShapes) -> tuple[Entity, ...]:
    """Return what a text names, each thing once; a text without a digit names nothing that is looked for here."""
    text = text[:MAX_CHARACTERS]
    if not _DIGIT.search(text):
        return ()
    found = [Entity(kind=one.kind, value=one.value) for one in numbers_in(text, shapes=shapes)]
    found += [Entity(kind="amount", value=str(one)) for one in amounts_in(text)]
    found += [Entity(kind="date", value=date_of(match)) for match in DATE.finditer(text)]
    return tuple(dict.fromkeys(found))[:MOST]


def products_in(text: str, *, language: str, lexicons: Lexicons) -> tuple[Entity, ...]:
    """Return the products of the list of a language that a text names, in its words."""
    lexicon = lexicons.by_language.get(language)
    if lexicon is None:
        return ()
    tokens = tokenise(text)
    named = (" ".join(tokens[at] for at in hit.places) for hit in lexicon.products.find(tokens))
    return tuple(Entity(kind="product", value=one) for one in list(dict.fromkeys(named))[:MOST])


def product_codes(text: str, *, language: str, lexicons: Lexicons) -> frozenset[str]:
    """Return the products of the list of a language that a text names, as the list calls them."""
    lexicon = lexicons.by_language.get(language)
    hits = lexicon.products.find(tokenise(text)) if lexicon else ()
    return frozenset(hit.meaning.value for hit in hits)
