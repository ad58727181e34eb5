"""How grave a complaint is: its usual severity, the floors under it, and at most one level more for reach."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from shared.rulebook.taxonomy import Floor, TaxonomyFile
from shared.rulebook.words import Severity

LEVELS: Final[tuple[Severity, ...]] = ("S1", "S2", "S3", "S4")


def severity_of(
    *, category: str, subcategory: str | None, signals: Collection[str], contacts: int, taxonomy: TaxonomyFile
) -> Severity:
    """Return the severity: nothing but an explicit `minor` lowers the usual one, and never below a floor."""
    kind = taxonomy.categories[category]
    sub = kind.subcategories.get(subcategory) if subcategory else None
    usual = (sub.severity if sub else None) or kind.severity
    if "minor" in signals and usual == "S3":
        usual = "S4"
    floors = [known.at_least for one in signals if (known := taxonomy.signals.get(one)) and known.at_least]
    if category == taxonomy.not_a_complaint:
        contacts = 1  # who asks or praises three times has no grave complaint
    floors += [f.at_least for f in taxonomy.floors if _applies(f, category, subcategory, signals, contacts)]
    grave = min([usual, *floors])
    return LEVELS[max(0, LEVELS.index(grave) - 1)] if "reach" in signals else grave


def _applies(floor: Floor, category: str, subcategory: str | None, signals: Collection[str], contacts: int) -> bool:
    return (
        (floor.category is None or floor.category == category)
        and (floor.subcategory is None or floor.subcategory == subcategory)
        and all(signal in signals for signal in floor.signals)
        and (floor.contacts is None or contacts >= floor.contacts)
    )
