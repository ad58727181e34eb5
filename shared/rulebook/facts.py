"""The facts that a rule may use: the fields of `complaint` in its condition, each with its kind and an example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One field of `complaint`; `vocabulary` names the part of the rulebook that lists its values, if one does."""

    kind: type
    says: str
    example: str
    vocabulary: str | None = None


FACTS: Mapping[str, Fact] = {
    "category": Fact(
        kind=str, says="what it is about", example='complaint.category == "delivery"', vocabulary="categories"
    ),
    "subcategory": Fact(
        kind=str,
        says="the kind within the category; empty when the words do not tell",
        example='complaint.subcategory == "late"',
        vocabulary="subcategories",
    ),
    "severity": Fact(
        kind=str, says="S1 (gravest) to S4", example='complaint.severity <= "S2"', vocabulary="severities"
    ),
    "signals": Fact(
        kind=list, says="what else was noticed", example='"legal_threat" in complaint.signals', vocabulary="signals"
    ),
    "outcome_sought": Fact(
        kind=str,
        says="what the customer asks for; empty when not said",
        example='complaint.outcome_sought == "refund"',
        vocabulary="outcomes_sought",
    ),
    "language": Fact(kind=str, says="ISO 639-1 code", example='complaint.language in ["it", "en"]'),
    "channel": Fact(kind=str, says="the kind of way in", example='complaint.channel == "facebook_page"'),
    "account": Fact(kind=str, says="the connected instance", example='complaint.account == "shop-it"'),
    "segment": Fact(kind=str, says="consumer or business", example='complaint.segment == "business"'),
    "internal": Fact(kind=bool, says="one of our own staff complains", example="complaint.internal"),
    "public": Fact(kind=bool, says="everybody can read it", example="complaint.public"),
    "automatic": Fact(kind=bool, says="a robot seems to have written it", example="complaint.automatic"),
    "reach": Fact(kind=int, says="followers of the author; 0 when unknown", example="complaint.reach >= 50000"),
    "contacts": Fact(
        kind=int,
        says="how many complaints this contact point opened in 30 days, this one included; at most 100",
        example="complaint.contacts >= 3",
    ),
    "attachments": Fact(kind=int, says="how many files came with it", example="complaint.attachments > 0"),
    "has_order": Fact(
        kind=bool,
        says="an order reference was given, or the text names an order's number",
        example="complaint.has_order",
    ),
    "amount": Fact(
        kind=float,
        says="the largest sum that the text names, whatever its currency; 0 when none",
        example="complaint.amount >= 500",
    ),
    "currency": Fact(
        kind=str, says="the currency of that sum; empty when none", example='complaint.currency in ["EUR", "GBP"]'
    ),
    "products": Fact(
        kind=list,
        says="products that the text names, as the lexicon of its language calls them",
        example='"sofa" in complaint.products',
        vocabulary="products",
    ),
    "metadata": Fact(
        kind=dict,
        says="what the sending system added; ask for a key with `in` first",
        example='"shop" in complaint.metadata && complaint.metadata["shop"] == "3"',
    ),
}


def example_facts() -> dict[str, Any]:
    """Return facts of the right kinds, on which a condition is tried when a rulebook is read."""
    return {name: fact.kind() for name, fact in FACTS.items()}
