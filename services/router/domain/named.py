"""What the text of a complaint names, as rules ask for it: found when one does, so that the others cost nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from services.router.domain.amounts import Amount, largest_of
from services.router.domain.entities import product_codes
from services.router.domain.lexicon import lexicons_of
from services.router.domain.numbers import names_order
from services.router.domain.own_words import own_words
from services.router.domain.tokens import MAX_CHARACTERS
from shared.rulebook.load import Rulebook


@dataclass(frozen=True, kw_only=True, eq=False)
class Named:
    """The text of a message, in a language, asked by a rulebook; nothing personal is told of it."""

    text: str
    subject: str | None
    language: str
    rulebook: Rulebook

    @cached_property
    def largest(self) -> Amount | None:
        """The largest sum of money that is said."""
        return largest_of(self._own)

    @cached_property
    def order(self) -> bool:
        """Whether the number of an order is said."""
        return names_order(self._own, shapes=self.rulebook.taxonomy.entities)

    @cached_property
    def products(self) -> tuple[str, ...]:
        """The products that are named, as the lexicon calls them, in the order of their names."""
        lexicons = lexicons_of(self.rulebook)
        return tuple(sorted(product_codes(self._own, language=self.language, lexicons=lexicons)))

    @cached_property
    def _own(self) -> str:
        return own_words(self.text, subject=self.subject)[:MAX_CHARACTERS]
