"""Who takes a complaint: the first rule whose condition holds, and triage when none does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar

from services.router.domain.reading import Reading
from shared.contracts.parts import Because, Decision
from shared.rulebook import engine
from shared.rulebook.facts import FACTS
from shared.rulebook.load import Rulebook
from shared.rulebook.rules import PolicyRule, Rule

FailedRule = Callable[[str, str], None]
"""Told the id of a rule that raised, and the kind of error; never the complaint's content."""

MAX_TEXT: Final = 500

AnyRule = TypeVar("AnyRule", Rule, PolicyRule)


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


def contacts_told(decision: Decision) -> int:
    """Return how many complaints of its sender a decision counted."""
    told = decision.because.facts.get("contacts", 1)
    return told if isinstance(told, int) else 1


@dataclass(frozen=True, slots=True)
class _Program(Generic[AnyRule]):
    rule: AnyRule
    condition: Any
    uses: tuple[str, ...]


@lru_cache(maxsize=8)
def _programs(rulebook: Rulebook) -> tuple[tuple[_Program[Rule], ...], tuple[_Program[PolicyRule], ...]]:
    return tuple(map(_compiled, rulebook.rules)), tuple(map(_compiled, rulebook.policy_rules))


def _compiled(rule: AnyRule) -> _Program[AnyRule]:
    uses = tuple(name for name in FACTS if f"complaint.{name}" in rule.when)
    return _Program(rule, engine.compile(rule.when), uses)


def decide(
    complaint: RoutableComplaint, rulebook: Rulebook, *, on_failed_rule: FailedRule | None = None
) -> Decision:  # fmt: skip
    """Decide by the first rule that matches. A rule that raises is skipped and told; there is always a queue."""
    facts = facts_of(complaint)
    context = engine.Context({"complaint": facts})
    rules, policies = _programs(rulebook)
    first = _first(rules, context, on_failed_rule)
    rule, uses = (first.rule, first.uses) if first else (rulebook.rules[-1], ())
    policy = rule.then.policy
    if policy is None:
        chosen = _first(policies, context, on_failed_rule)
        policy, uses = (chosen.rule.policy, uses + chosen.uses) if chosen else (None, uses)
    because = Because(
        rule=rule.id, condition=rule.when, facts=_named(uses, facts), evidence=complaint.reading.evidence
    )  # fmt: skip
    return _decision(rule, policy, because, complaint.reading, rulebook)


def _first(
    programs: Sequence[_Program[AnyRule]], context: Any, on_failed_rule: FailedRule | None
) -> _Program[AnyRule] | None:
    for program in programs:
        try:
            holds = program.condition.execute(context)
        except Exception as error:  # noqa: BLE001  the binding raises whatever fits the fault; the complaint goes on
            if on_failed_rule is not None:
                on_failed_rule(program.rule.id, type(error).__name__)
            continue
        if holds is True:
            return program
    return None


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


def _named(uses: tuple[str, ...], facts: Mapping[str, Any]) -> dict[str, str | int | bool | list[str] | None]:
    """The facts that the rule asks for; metadata only by its keys, since its values may be anybody's words."""
    named: dict[str, str | int | bool | list[str] | None] = {"category": facts["category"]}
    if facts["contacts"] > 1:  # it may raise the severity, whether the rule asks for it or not
        named["contacts"] = facts["contacts"]
    for name in uses:
        named[name] = sorted(facts[name]) if name == "metadata" else facts[name]
    return named
