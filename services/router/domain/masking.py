"""A text without the personal and payment data that it names: what every use of it but the message itself is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from services.router.domain.entities import ending
from services.router.domain.numbers import PRIVATE, may_hold_private, numbers_in
from shared.rulebook.entities import EntityShapes

# Bounded, and begun nowhere within a word: a text of one word must not take for ever.
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_DIGIT: Final = re.compile(r"\d")


def masked(text: str, *, shapes: EntityShapes) -> str:
    """Return a text in which phone numbers, accounts, cards, tax codes and addresses are shown by their last signs."""
    return _without(text, ending, shapes)


def without_private(text: str, *, shapes: EntityShapes) -> str:
    """Return a text from which phone numbers, accounts, cards, tax codes and mail addresses are left out."""
    return _without(text, lambda _: " ", shapes)


def _without(text: str, instead: Callable[[str], str], shapes: EntityShapes) -> str:
    spans = sorted(_private(text, shapes))
    if not spans:
        return text
    parts: list[str] = []
    at = 0
    for start, end in spans:
        if start >= at:
            parts += (text[at:start], instead(text[start:end]))
            at = end
    return "".join((*parts, text[at:]))


def _private(text: str, shapes: EntityShapes) -> Iterator[tuple[int, int]]:
    if "@" in text:
        yield from (match.span() for match in _EMAIL.finditer(text))
    if _DIGIT.search(text) and may_hold_private(text, shapes=shapes):
        yield from ((one.start, one.end) for one in numbers_in(text, shapes=shapes) if one.kind in PRIVATE)
