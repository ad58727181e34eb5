"""Rules that can never be the first to match: those before take all of theirs, or what they ask for does not exist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from shared.rulebook.conditions import Alternative, Values, alternatives, implied, understood
from shared.rulebook.rules import Asking, RulesFile
from shared.rulebook.source import Problem, Source
from shared.rulebook.taxonomy import TaxonomyFile


def never_first(source: Source[RulesFile], taxonomy: TaxonomyFile) -> Iterator[Problem]:
    """Yield each rule, but for the last, that is proven never to decide anything."""
    if source.model is None:
        return
    yield from _of(source, "rules", source.model.rules[:-1], taxonomy)
    yield from _of(source, "policies", source.model.policies, taxonomy)


def _of(
    source: Source[RulesFile], key: str, rules: Sequence[Asking], taxonomy: TaxonomyFile
) -> Iterator[Problem]:  # fmt: skip
    earlier: list[tuple[Asking, list[Alternative]]] = []
    for index, rule in enumerate(rules):
        ways = [way for way in alternatives(rule.when) if _possible(way, taxonomy)]
        before = [(other, held) for other, held in earlier if _whenever(other, rule)]
        if not ways:
            what = f"the rule `{rule.id}` can never match: what it asks for contradicts itself or the taxonomy"
            yield source.problem(key, index, "when", what=what, mend="mend the condition, or take the rule out")
        elif takers := _takers(ways, before, taxonomy):
            names = ", ".join(f"`{name}`" for name in takers)
            what = f"the rule `{rule.id}` can never match: {names} above takes all that it would"
            yield source.problem(key, index, "when", what=what, mend="put it above, narrow the other, or take it out")
        earlier.append((rule, ways))


def _whenever(other: Asking, rule: Asking) -> bool:
    """Tell whether `other` is asked on every day on which `rule` is."""
    begins = (other.effective_from or date.min) <= (rule.effective_from or date.min)
    return begins and (other.effective_to or date.max) >= (rule.effective_to or date.max)


def _possible(way: Alternative, taxonomy: TaxonomyFile) -> bool:
    categories, subs = way.get("category"), way.get("subcategory")
    if not isinstance(subs, Values) or subs.other or "" in subs.named:
        return True
    known = taxonomy.categories
    asked = [
        code for code in known if not isinstance(categories, Values) or Values(frozenset({code})).within(categories)
    ]
    return any(sub in known[code].subcategories for code in asked for sub in subs.named)


def _takers(
    ways: Sequence[Alternative], before: Sequence[tuple[Asking, list[Alternative]]], taxonomy: TaxonomyFile
) -> list[str]:
    """Return the rules that together take every way, in their order; nothing where some way is left."""
    takers: dict[str, None] = {}
    for way in (narrow for one in ways for narrow in _by_category(one, taxonomy)):
        name = next((rule.id for rule, held in before if _takes(held, way)), None)
        if name is None:
            return []
        takers[name] = None
    order = [rule.id for rule, _ in before]
    return sorted(takers, key=order.index)


def _by_category(way: Alternative, taxonomy: TaxonomyFile) -> Iterator[Alternative]:
    """Yield the way for each category that it allows, since mostly each has a rule of its own."""
    allowed = way.get("category", Values(frozenset(), other=True))
    for code in taxonomy.categories:
        one = Values(frozenset({code}))
        if isinstance(allowed, Values) and one.within(allowed):
            narrow = way | {"category": one}
            if _possible(narrow, taxonomy):
                yield narrow


def _takes(held: Sequence[Alternative], way: Alternative) -> bool:
    # A rule that raises is skipped: one of several alternatives proves something only when none of them can raise.
    sure = len(held) == 1 or all(map(understood, held))
    return sure and any(implied(way, wide) for wide in held)
