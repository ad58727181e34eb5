"""The words that a fact was read from: those that a phrase of the lexicon fits, never the sentence around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from services.router.domain.phrases import Hit
from services.router.domain.remembered import Remembered
from services.router.domain.tokens import ends_sentence, undrawn

SHOWN: Final = 8
"""How many phrases are shown for one fact."""

LONGEST: Final = 24
"""A longer word is shown by its beginning: whoever glues words together may have glued a name to one of ours."""

Shown = dict[str, tuple[str, ...]]
"""For each fact the words that told it."""


def words_of(hits: Iterable[Hit], tokens: Sequence[str]) -> tuple[str, ...]:
    """Return the words that the hits stand on, phrase by phrase; what an earlier phrase has shown is not repeated.

    Numbers are left out: a phrase may ask for one, but which one is the customer's own affair.
    """
    shown: list[str] = []
    seen: set[str] = set()
    for hit in hits:
        words = [word for place in hit.places if (word := _shown[tokens[place]])]
        if seen.issuperset(words):
            continue
        seen.update(words)
        shown.append(" ".join(words))
        if len(shown) == SHOWN:
            break
    return tuple(shown)


def add_places(shown: Shown, fact: str, places: Iterable[int], tokens: Sequence[str]) -> None:
    """Show single words of a text for a fact, behind the phrases that show it already."""
    before = shown.get(fact, ())
    known = {word for phrase in before for word in phrase.split()}
    words = dict.fromkeys(word for place in places if (word := _shown[tokens[place]]) and word not in known)
    shown[fact] = (*before, *words)[:SHOWN]


def _as_shown(token: str) -> str:
    """Return how a token is shown; nothing for one that is not."""
    shown = not ends_sentence(token) and not any(map(str.isdigit, token))
    return undrawn(token)[:LONGEST] if shown else ""


_shown = Remembered(_as_shown)
