"""Tries each condition on complaints of many kinds: one that fails on some, or takes long, is told beforehand."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

from shared.rulebook import engine
from shared.rulebook.facts import FACTS
from shared.rulebook.rules import Asking, RulesFile
from shared.rulebook.source import Problem, Source

LONGEST_S: Final = 0.005
"""How long asking one rule may take of a processor: a hundred times what is usual."""

_QUOTED: Final = re.compile(r"\"([^\"\\]*)\"|'([^'\\]*)'")
_NUMBER: Final = re.compile(r"\b\d{1,9}\b")
_TRIES: Final = 3


def tried(source: Source[RulesFile]) -> Iterator[Problem]:
    """Yield each rule that fails on some complaint (it would be skipped there), and each that is slow."""
    if source.model is None:
        return
    for key, rules in (("rules", source.model.rules), ("policies", source.model.policies)):
        yield from _tried(source, key, rules)


def _tried(source: Source[RulesFile], key: str, rules: Sequence[Asking]) -> Iterator[Problem]:
    for index, rule in enumerate(rules):
        program = engine.compile(rule.when)
        if failed := _failing(program, rule.when):
            what = f"the rule `{rule.id}` fails on a complaint with {failed}, and would be skipped for it"
            yield source.problem(key, index, "when", what=what, mend="ask first whether it can be compared, with &&")
        elif (took := _longest(program, rule.when)) > LONGEST_S:
            what = f"the rule `{rule.id}` takes {took * 1000:.0f} ms to ask, {LONGEST_S * 1000:.0f} are allowed"
            yield source.problem(key, index, "when", what=what, mend="ask for less: shorter lists, a plainer pattern")


def _failing(program: engine.Program, condition: str) -> str | None:
    """Return in words the first of the trial complaints on which the condition raises or gives no truth."""
    for said, facts in _complaints(condition):
        try:
            if isinstance(program.execute(engine.Context({"complaint": facts})), bool):
                continue
        except Exception:  # noqa: BLE001, S110  the binding raises whatever fits the fault; it is told below
            pass
        return said
    return None


def _longest(program: engine.Program, condition: str) -> float:
    """Return the seconds of processor that the slowest trial took, at the best of a few tries."""
    return max(_seconds(program, facts) for _, facts in _complaints(condition))


def _seconds(program: engine.Program, facts: dict[str, Any]) -> float:
    best = float("inf")
    for _ in range(_TRIES):
        context = engine.Context({"complaint": facts})
        began = time.thread_time()
        program.execute(context)
        best = min(best, time.thread_time() - began)
        if best <= LONGEST_S:
            break
    return best


def _complaints(condition: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield facts, and what is special about them: nothing, everything, and what the condition itself names."""
    names = sorted({one or two for one, two in _QUOTED.findall(condition)})
    numbers = sorted({0, 1, 100, *(int(n) + d for n in _NUMBER.findall(condition) for d in (-1, 0, 1))} - {-1})
    yield "nothing known", {name: fact.kind() for name, fact in FACTS.items()}
    for text in ("", "x" * 500, "12", *names):
        facts = _full(text, number=1, keys=names)
        yield f"`{text[:20]}` for each text", facts
        yield f"`{text[:20]}` for each text and no metadata", facts | {"metadata": {}}
    for number in numbers:
        yield f"{number} for each number", _full("x", number=number, keys=names)


def _full(text: str, *, number: int, keys: Sequence[str]) -> dict[str, Any]:
    of_kind: dict[type, Any] = {
        str: text,
        int: number,
        float: float(number),
        bool: True,
        list: [text, *keys],
        dict: dict.fromkeys([*keys, *(f"key{n}" for n in range(50))], text),
    }
    return {name: of_kind[fact.kind] for name, fact in FACTS.items()}
