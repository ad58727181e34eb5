"""Who takes a complaint: the first rule whose condition holds, and triage when none does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from services.router.domain.asking import rules_of
from services.router.domain.named import Named
from services.router.domain.reading import Reading
from shared.contracts.parts import Because, Decision
from shared.rulebook.facts import FACTS
from shared.rulebook.load import Rulebook
from shared.rulebook.rules import Rule

FailedRule = Callable[[str, str], None]
"""Told the id of a rule that raised, and the kind of error; never the complaint's content."""

MAX_TEXT: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutableComplaint:
    """What a rule may ask about a complaint: its reading and how it came."""

    reading: Reading
    channel: str
    account: str
    segment: str = "consumer"
    internal: bool = False
    public: bool = False
    automatic: bool = False
    reach: int = 0
    contacts: int = 1
    attachments: int = 0
    has_order: bool = False
    named: Named | None = None
    """What its text names; nothing where it is left out."""

    metadata: Mapping[str, str] = field(default_factory=dict)
    received_at: datetime | None = None
    """Which rules with dates are asked; none of them where it is left out."""


_FACTS: Final[Mapping[str, Callable[[RoutableComplaint], Any]]] = {
    "category": lambda c: c.reading.category,
    "subcategory": lambda c: c.reading.subcategory or "",
    "severity": lambda c: c.reading.severity,
    "signals": lambda c: c.reading.signals,
    "outcome_sought": lambda c: c.reading.outcome_sought or "",
    "language": lambda c: c.reading.language,
    "channel": lambda c: _plain(c.channel),
    "account": lambda c: _plain(c.account),
    "segment": lambda c: _plain(c.segment),
    "internal": lambda c: c.internal,
    "public": lambda c: c.public,
    "automatic": lambda c: c.automatic,
    "reach": lambda c: min(c.reach, 2**53),
    "contacts": lambda c: min(c.contacts, 2**53),
    "attachments": lambda c: c.attachments,
    "has_order": lambda c: c.has_order or (c.named is not None and c.named.order),
    "amount": lambda c: float(c.named.largest.number) if c.named and c.named.largest else 0.0,
    "currency": lambda c: c.named.largest.currency if c.named and c.named.largest else "",
    "products": lambda c: c.named.products if c.named else (),
    "metadata": lambda c: tuple((_plain(key), _plain(value)) for key, value in c.metadata.items()),
}
"""The facts as they can be remembered; what is unknown is empty, 0 or false, so that no rule trips."""


_TOLD: Final[Mapping[str, Callable[[Any], Any]]] = {
    "metadata": sorted,
    "amount": lambda amount: "said" if amount else "not said",
}
"""How facts are told in a reason that are not to be told as they are."""


def facts_of(complaint: RoutableComplaint, names: Iterable[str] = FACTS) -> dict[str, Any]:
    """Return facts by the names that rules use."""
    return {name: FACTS[name].kind(_FACTS[name](complaint)) for name in names}


def _plain(text: str) -> str:
    """Half of a surrogate pair, which JSON can carry, would make the whole complaint unreadable for every rule."""
    text = text[:MAX_TEXT]
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def contacts_told(decision: Decision) -> int:
    """Return how many complaints of its sender a decision counted."""
    told = decision.because.facts.get("contacts", 1)
    return told if isinstance(told, int) else 1


def decide(
    complaint: RoutableComplaint, rulebook: Rulebook, *, on_failed_rule: FailedRule | None = None
) -> Decision:  # fmt: skip
    """Decide by the first rule that matches. A rule that raises is skipped and told; there is always a queue."""
    rules = rules_of(rulebook).received(complaint.received_at)
    found = rules.find(tuple([_FACTS[name](complaint) for name in rules.asks]))
    if on_failed_rule is not None:
        for failed in found.failed:
            on_failed_rule(*failed)
    rule, uses = (found.rule.rule, found.rule.uses) if found.rule else (rulebook.rules[-1], ())
    policy = rule.then.policy
    if policy is None and found.policy is not None:
        policy, uses = found.policy.rule.policy, uses + found.policy.uses
    because = Because(
        rule=rule.id, condition=rule.when, facts=_named(uses, complaint), evidence=complaint.reading.evidence
    )  # fmt: skip
    return _decision(rule, policy, because, complaint.reading, rulebook)


def _decision(rule: Rule, policy: str | None, because: Because, reading: Reading, rulebook: Rulebook) -> Decision:
    category = rulebook.taxonomy.categories[reading.category]
    sub = category.subcategories.get(reading.subcategory) if reading.subcategory else None
    queue = rule.then.queue or category.queue
    return Decision(
        queue=queue,
        playbook=rule.then.playbook or (sub.playbook if sub else None) or category.playbook,
        priority=rule.then.priority or rulebook.taxonomy.priorities[reading.severity],
        policy=policy or rulebook.queues[queue].policy,
        category=reading.category,
        subcategory=reading.subcategory,
        severity=reading.severity,
        language=reading.language,
        signals=reading.signals,
        rulebook=rulebook.version,
        because=because,
    )


def _named(uses: Iterable[str], complaint: RoutableComplaint) -> dict[str, str | int | bool | list[str] | None]:
    """The facts that the rule asks for; metadata only by its keys, since its values may be anybody's words.

    Of a sum only whether it was said: decisions travel in events, and how much it is stands in the message.
    """
    named: dict[str, str | int | bool | list[str] | None] = {"category": complaint.reading.category}
    facts = facts_of(complaint, uses)
    if complaint.contacts > 1:  # it may raise the severity, whether the rule asks for it or not
        named["contacts"] = _FACTS["contacts"](complaint)
    for name, fact in facts.items():
        named[name] = _TOLD[name](fact) if name in _TOLD else fact
    return named
