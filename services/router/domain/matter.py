"""What a complaint is about: the category that the words weigh for most, and whether anybody complains at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.router.domain.lexicon import CATEGORY, STRONG, UNLESS
from services.router.domain.phrases import Hit, Meaning
from services.router.domain.showing import Shown, words_of
from shared.rulebook.load import Rulebook

CLEAR: Final = 2
"""The least weight of words by which a matter counts as told."""

CLEARLY_NO_COMPLAINT: Final = 4

ASKED: Final = 6
"""What a question weighs in which nothing is said against anybody."""

Said = dict[str, list[Hit]]
"""What was found, by the facts that it speaks for."""

Matter = tuple[str, str | None]
"""A category and the subcategory within it."""

ENQUIRY, AUTOMATIC, SPAM = "enquiry", "automatic", "spam"


@dataclass(slots=True)
class _Weighed:
    """Weights of categories and of (category, subcategory), and the first hit of each phrase."""

    meanings: dict[Meaning, Hit]
    weights: dict[str, int] = field(default_factory=dict)
    within: dict[tuple[str, str], int] = field(default_factory=dict)
    against: dict[str, int] = field(default_factory=dict)


def matter_of(said: Said, *, tokens: Sequence[str], rulebook: Rulebook, shown: Shown) -> Matter:
    """Weigh each phrase once, however often it stands there: shouting a word does not make it truer."""
    taxonomy = rulebook.taxonomy
    weighed = _weigh(said)
    nobody = taxonomy.not_a_complaint
    grave = {code: weight for code, weight in weighed.weights.items() if taxonomy.categories[code].outweighs}
    category = _heaviest(grave, none=None, at_least=STRONG)
    if category is None:
        category = _heaviest(weighed.weights, none=nobody, at_least=CLEAR)
        if _nobody_complains(weighed, category, asks="?" in tokens, nobody=nobody):
            category = nobody
    if category is None:
        return taxonomy.unclear, None
    own = {sub: weight for (one, sub), weight in weighed.within.items() if one == category}
    subcategory = _heaviest(own, none=None, at_least=1)
    speaking = [m for m in weighed.meanings if m.value == category and m.weight > 0]
    speaking.sort(key=lambda m: -m.weight)
    _show(subcategory, speaking, weighed, tokens, shown)
    if category == nobody and subcategory is None and "?" in tokens:
        enquiry = ENQUIRY if ENQUIRY in taxonomy.categories[nobody].subcategories else None
        shown.setdefault(CATEGORY, ("?",))
        return category, enquiry
    return category, subcategory


def _show(
    subcategory: str | None,
    speaking: Sequence[Meaning],
    weighed: _Weighed,
    tokens: Sequence[str],
    shown: Shown,
) -> None:
    if speaking:
        shown[CATEGORY] = words_of([weighed.meanings[m] for m in speaking], tokens)
    if subcategory:
        shown["subcategory"] = words_of([weighed.meanings[m] for m in speaking if m.within == subcategory], tokens)


def _weigh(said: Said) -> _Weighed:
    hidden = said[UNLESS]
    meanings: dict[Meaning, Hit] = {}
    for hit in said[CATEGORY]:
        if not (hidden and inside(hit, hidden)):
            meanings.setdefault(hit.meaning, hit)
    weighed = _Weighed(meanings)
    weights, within = weighed.weights, weighed.within
    for meaning in meanings:
        weights[meaning.value] = weights.get(meaning.value, 0) + meaning.weight
        if meaning.weight < 0:
            weighed.against[meaning.value] = weighed.against.get(meaning.value, 0) + 1
        if meaning.within is not None:
            place = (meaning.value, meaning.within)
            within[place] = within.get(place, 0) + meaning.weight
    return weighed


def _nobody_complains(weighed: _Weighed, category: str | None, *, asks: bool, nobody: str) -> bool:
    """Whether a robot or an advertiser wrote it, or nothing in it speaks against anybody while it thanks or asks."""
    heaviest = weighed.weights.get(category or "", 0)
    for sent in (AUTOMATIC, SPAM):
        weight = weighed.within.get((nobody, sent), 0)
        if weight >= 2 * STRONG or weight >= max(STRONG, heaviest):
            return True
    silence = weighed.weights.get(nobody, 0)
    if asks and not weighed.against.get(nobody):
        silence += ASKED
    return silence >= CLEARLY_NO_COMPLAINT and silence > heaviest


def _heaviest(weights: Mapping[str, int], *, none: str | None, at_least: int) -> str | None:
    best, most = None, at_least - 1
    for code, weight in weights.items():
        if weight > most and code != none:
            best, most = code, weight
    return best


def inside(hit: Hit, hidden: Iterable[Hit]) -> bool:
    """Whether a hit lies within one of those that hide what it speaks for."""
    return any(
        one.meaning.value == hit.meaning.value and one.start <= hit.start and hit.end <= one.end for one in hidden
    )
