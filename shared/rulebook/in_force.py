"""Tells which policies that rules name are not in force on a day: no error, but nothing to find out by surprise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from shared.rulebook.load import Rulebook
from shared.rulebook.source import Problem


def not_in_force(rulebook: Rulebook, *, on: date) -> list[Problem]:
    """Return, for each rule that names a policy out of its dates, what happens instead."""
    return [
        Problem(
            file="rules.yaml",
            line=None,
            what=f"the rule `{rule}` names the policy `{name}`, which is {policy.dates()}",
            mend="on other days the queue's own policy counts, and the decision says so",
        )
        for rule, name in _named(rulebook)
        if not (policy := rulebook.policies[name]).in_force(on)
    ]


def _named(rulebook: Rulebook) -> Iterator[tuple[str, str]]:
    yield from ((rule.id, rule.then.policy) for rule in rulebook.rules if rule.then.policy is not None)
    yield from ((rule.id, rule.policy) for rule in rulebook.policy_rules)
