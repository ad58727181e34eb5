"""What the messages of a complaint name, as it is told to people: found when somebody looks, stored nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from services.router.domain.entities import Entity, entities_of, products_in
from services.router.domain.lexicon import lexicons_of
from services.router.domain.own_words import own_words
from shared.rulebook.entities import EntityShapes
from shared.rulebook.load import Rulebook

MOST: Final = 100
_MOST_CHARACTERS: Final = 200_000
"""So much of a complaint is looked through; a chat of years is not."""


def named_in(
    said: Iterable[tuple[str | None, str]], *, language: str, rulebook: Rulebook | None
) -> list[dict[str, Any]]:  # fmt: skip
    """Return what messages, each its subject and text, name: each thing once, what is private by its last signs."""
    found = dict.fromkeys(_entities(said, language, rulebook))
    return [{"kind": one.kind, "value": one.shown, "masked": one.private} for one in list(found)[:MOST]]


def _entities(
    said: Iterable[tuple[str | None, str]], language: str, rulebook: Rulebook | None
) -> Iterator[Entity]:  # fmt: skip
    left = _MOST_CHARACTERS
    for subject, text in said:
        own = own_words(text, subject=subject)[:left]
        left -= len(own)
        yield from entities_of(own, shapes=rulebook.taxonomy.entities if rulebook else EntityShapes())
        if rulebook is not None:
            yield from products_in(own, language=language, lexicons=lexicons_of(rulebook))
        if left <= 0:
            return
