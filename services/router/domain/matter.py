"""What a complaint is about: the category that examples and words speak for, and whether anybody complains at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.router.domain.exemplars import Exemplars, Kind, Likely
from services.router.domain.lexicon import CATEGORY, UNLESS
from services.router.domain.phrases import Hit, Meaning
from services.router.domain.showing import Shown, add_places, words_of
from shared.rulebook.load import Rulebook

CLEAR: Final = 2.0
"""The least weight by which a matter counts as told."""

OUTWEIGHS: Final = 3.0
"""The least weight by which a grave matter is chosen, whatever weighs more."""

PULL: Final = 2.5
"""What a matter weighs, against the words of the lexicon, for each nat that examples make it likelier."""

Said = dict[str, list[Hit]]
"""What was found, by the facts that it speaks for."""

AUTOMATIC: Final = "automatic"


@dataclass(slots=True)
class _Weighed:
    """Weights of categories and of kinds within them, and the first hit of each phrase."""

    meanings: dict[Meaning, Hit]
    weights: dict[str, float] = field(default_factory=dict)
    within: dict[Kind, float] = field(default_factory=dict)


def matter_of(
    said: Said, exemplars: Exemplars | None, likely: Likely | None, *, tokens: Sequence[str], rulebook: Rulebook,
    shown: Shown,
) -> Kind:  # fmt: skip
    """Weigh each phrase once, however often it stands there, and beside it how likely examples make each category."""
    taxonomy = rulebook.taxonomy
    weighed = _weigh(said)
    weights = weighed.weights
    if likely is not None:
        for code, nats in likely.categories.items():
            weights[code] = weights.get(code, 0) + PULL * nats
    grave = {code: weight for code, weight in weights.items() if taxonomy.categories[code].outweighs}
    category = _heaviest(grave, at_least=OUTWEIGHS) or _heaviest(weights, at_least=CLEAR)
    if category is None:
        return taxonomy.unclear, None
    own = {sub: weight for (one, sub), weight in weighed.within.items() if one == category and sub}
    if exemplars is not None and likely is not None:
        for sub, nats in exemplars.within(likely, category).items():
            own[sub] = own.get(sub, 0) + PULL * (nats + 1)
    subcategory = _heaviest(own, at_least=1)
    _show((category, subcategory), weighed, tokens, shown)
    if exemplars is not None and likely is not None:
        add_places(shown, CATEGORY, exemplars.words(likely, tokens, category=category), tokens)
        if subcategory:
            places = exemplars.words_within(likely, tokens, kind=(category, subcategory))
            add_places(shown, "subcategory", places, tokens)
    return category, subcategory


def _show(kind: Kind, weighed: _Weighed, tokens: Sequence[str], shown: Shown) -> None:
    category, subcategory = kind
    speaking = [m for m in weighed.meanings if m.value == category and m.weight > 0]
    speaking.sort(key=lambda m: -m.weight)
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
        if meaning.within is not None:
            place = (meaning.value, meaning.within)
            within[place] = within.get(place, 0) + meaning.weight
    return weighed


def _heaviest(weights: Mapping[str, float], *, at_least: float) -> str | None:
    best = max(weights, key=weights.__getitem__, default=None)
    return best if best is not None and weights[best] >= at_least else None


def inside(hit: Hit, hidden: Iterable[Hit]) -> bool:
    """Whether a hit lies within one of those that hide what it speaks for."""
    return any(
        one.meaning.value == hit.meaning.value and one.start <= hit.start and hit.end <= one.end for one in hidden
    )
