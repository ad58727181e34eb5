"""Which rules hold for which facts: the same facts are asked about once, since a rule knows nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar
from zoneinfo import ZoneInfo

from shared.rulebook import engine
from shared.rulebook.facts import FACTS
from shared.rulebook.load import Rulebook
from shared.rulebook.rules import PolicyRule, Rule

_REMEMBERED: Final = 8_192
_ASKED = re.compile(r"\bcomplaint\b(?:\.(\w+))?")

AnyRule = TypeVar("AnyRule", Rule, PolicyRule)


@dataclass(frozen=True, slots=True)
class Asked(Generic[AnyRule]):
    """A rule, ready to be asked; `uses` are the facts that its condition names."""

    rule: AnyRule
    condition: Any
    uses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The first rule that holds and the first policy rule; `failed` rules raised: their ids and kinds of error."""

    rule: Asked[Rule] | None
    policy: Asked[PolicyRule] | None
    failed: tuple[tuple[str, str], ...]


class Rules:
    """The rules of a rulebook; `asks` are all facts that any of them may look at."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rules = tuple(map(_asked, rulebook.rules))
        self._policies = tuple(map(_asked, rulebook.policy_rules))
        self.asks = facts_asked([*(r.when for r in rulebook.rules), *(p.when for p in rulebook.policy_rules)])
        # What a system sends along is large, and hardly ever the same twice.
        self._find = self._ask if "metadata" in self.asks else lru_cache(_REMEMBERED)(self._ask)
        every = (*rulebook.rules, *rulebook.policy_rules)
        self._rulebook, self._dated = rulebook, tuple(rule for rule in every if rule.dated)
        self._on: dict[tuple[bool, ...], Rules] = {}

    def received(self, at: datetime | None) -> Rules:
        """Return the rules that are asked of what was received at an instant; without one, those without dates."""
        if not self._dated:
            return self
        day = None if at is None else at.astimezone(zone_of(self._rulebook)).date()
        return self._standing(tuple([day is not None and rule.in_force(day) for rule in self._dated]))

    def _standing(self, kept: tuple[bool, ...]) -> Rules:
        """Return the rules without those dated ones that are not kept; a few combinations are all there ever are."""
        found = self._on.get(kept)
        if found is None:
            gone = {id(rule) for rule, stays in zip(self._dated, kept, strict=True) if not stays}
            found = self._on[kept] = Rules(
                replace(
                    self._rulebook,
                    rules=tuple(_undated(rule) for rule in self._rulebook.rules if id(rule) not in gone),
                    policy_rules=tuple(_undated(rule) for rule in self._rulebook.policy_rules if id(rule) not in gone),
                )
            )
        return found

    def find(self, values: tuple[Any, ...]) -> Found:
        """Return what holds for the values of `asks`, in its order; lists and mappings come as tuples."""
        return self._find(values)

    def _ask(self, values: tuple[Any, ...]) -> Found:
        facts = {name: FACTS[name].kind(value) for name, value in zip(self.asks, values, strict=True)}
        context = engine.Context({"complaint": facts})
        failed: list[tuple[str, str]] = []
        rule = _first(self._rules, context, failed)
        named = rule is not None and rule.rule.then.policy is not None
        policy = None if named else _first(self._policies, context, failed)
        return Found(rule=rule, policy=policy, failed=tuple(failed))


def zone_of(rulebook: Rulebook) -> ZoneInfo:
    """Return the zone whose days the dates of rules are: that of the triage queue's calendar."""
    queue = rulebook.queues[rulebook.triage]
    return ZoneInfo(rulebook.calendars[queue.calendar or rulebook.policies[queue.policy].calendar].zone)


def _undated(rule: AnyRule) -> AnyRule:
    return rule.model_copy(update={"effective_from": None, "effective_to": None}) if rule.dated else rule


@lru_cache(maxsize=8)
def rules_of(rulebook: Rulebook) -> Rules:
    """Return the rulebook's rules, compiled at the first call."""
    return Rules(rulebook)


def facts_asked(conditions: Iterable[str]) -> tuple[str, ...]:
    """Return the facts that any of the conditions may look at: all of them where one does not name them plainly."""
    asked = {found[1] for condition in conditions for found in _ASKED.finditer(condition)}
    return tuple(name for name in FACTS if name in asked) if asked <= FACTS.keys() else tuple(FACTS)


def _asked(rule: AnyRule) -> Asked[AnyRule]:
    uses = tuple(name for name in FACTS if f"complaint.{name}" in rule.when)
    return Asked(rule, engine.compile(rule.when), uses)


def _first(rules: Sequence[Asked[AnyRule]], context: Any, failed: list[tuple[str, str]]) -> Asked[AnyRule] | None:
    for asked in rules:
        try:
            holds = asked.condition.execute(context)
        except Exception as error:  # noqa: BLE001  the binding raises whatever fits the fault; the complaint goes on
            failed.append((asked.rule.id, type(error).__name__))
            continue
        if holds is True:
            return asked
    return None
