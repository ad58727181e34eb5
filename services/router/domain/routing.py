"""Who takes a complaint: the first rule whose condition holds, and triage when none does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import cel

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
    metadata: Mapping[str, str] = field(default_factory=dict)


def facts_of(complaint: RoutableComplaint) -> dict[str, Any]:
    """Return the facts by the names that rules use; what is unknown is empty, 0 or false, so that no rule trips."""
    reading = complaint.reading
    return {
        "category": reading.category,
        "subcategory": reading.subcategory or "",
        "severity": reading.severity,
        "signals": list(reading.signals),
        "outcome_sought": reading.outcome_sought or "",
        "language": reading.language,
        "channel": _plain(complaint.channel),
        "account": _plain(complaint.account),
        "segment": _plain(complaint.segment),
        "internal": complaint.internal,
        "public": complaint.public,
        "automatic": complaint.automatic,
        "reach": min(complaint.reach, 2**53),
        "contacts": min(complaint.contacts, 2**53),
        "attachments": complaint.attachments,
        "has_order": complaint.has_order,
        "metadata": {_plain(key): _plain(value) for key, value in complaint.metadata.items()},
    }


def _plain(text: str) -> str:
    """Half of a surrogate pair, which JSON can carry, would make the whole complaint unreadable for every rule."""
    text = text[:MAX_TEXT]
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


@dataclass(frozen=True, slots=True)
class _Program:
    rule: Rule
    condition: Any
    uses: tuple[str, ...]


@lru_cache(maxsize=8)
def _programs(rulebook: Rulebook) -> tuple[_Program, ...]:
    return tuple(
        _Program(rule, cel.compile(rule.when), tuple(name for name in FACTS if f"complaint.{name}" in rule.when))
        for rule in rulebook.rules
    )


def decide(
    complaint: RoutableComplaint, rulebook: Rulebook, *, on_failed_rule: FailedRule | None = None
) -> Decision:  # fmt: skip
    """Decide by the first rule that matches. A rule that raises is skipped and told; there is always a queue."""
    facts = facts_of(complaint)
    context = cel.Context({"complaint": facts})
    for program in _programs(rulebook):
        try:
            holds = program.condition.execute(context)
        except Exception as error:  # noqa: BLE001  the binding raises whatever fits the fault; the complaint goes on
            if on_failed_rule is not None:
                on_failed_rule(program.rule.id, type(error).__name__)
            continue
        if holds is True:
            return _decision(program.rule, program.uses, facts, complaint.reading, rulebook)
    return _decision(rulebook.rules[-1], (), facts, complaint.reading, rulebook)


def _decision(
    rule: Rule, uses: tuple[str, ...], facts: Mapping[str, Any], reading: Reading, rulebook: Rulebook
) -> Decision:
    category = rulebook.taxonomy.categories[reading.category]
    sub = category.subcategories.get(reading.subcategory) if reading.subcategory else None
    queue = rule.then.queue or category.queue
    return Decision(
        queue=queue,
        playbook=rule.then.playbook or (sub.playbook if sub else None) or category.playbook,
        priority=rule.then.priority or rulebook.taxonomy.priorities[reading.severity],
        policy=rule.then.policy or rulebook.queues[queue].policy,
        category=reading.category,
        subcategory=reading.subcategory,
        severity=reading.severity,
        language=reading.language,
        signals=reading.signals,
        rulebook=rulebook.version,
        because=Because(rule=rule.id, condition=rule.when, facts=_named(uses, facts), evidence=reading.evidence),
    )


def _named(uses: tuple[str, ...], facts: Mapping[str, Any]) -> dict[str, str | int | bool | list[str] | None]:
    """The facts that the rule asks for; metadata only by its keys, since its values may be anybody's words."""
    named: dict[str, str | int | bool | list[str] | None] = {"category": facts["category"]}
    for name in uses:
        named[name] = sorted(facts[name]) if name == "metadata" else facts[name]
    return named
