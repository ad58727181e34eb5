"""rules.yaml: who takes which complaint. Conditions are CEL over `complaint`; the first rule that matches wins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from shared.rulebook import engine
from shared.rulebook.dated import Dated
from shared.rulebook.facts import FACTS, example_facts
from shared.rulebook.mends import closest, wrong
from shared.rulebook.source import Part
from shared.rulebook.words import Code, Priority, RuleId

_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
_FACT = re.compile(r"\bcomplaint\s*\.\s*([A-Za-z_]\w*)")
_VALUE = r"(?:\"([^\"\\]*)\"|'([^'\\]*)')"
_COMPARED = re.compile(rf"\bcomplaint\.(\w+)\s*(?:==|!=)\s*{_VALUE}")
_REVERSED = re.compile(rf"{_VALUE}\s*(?:==|!=|in)\s*complaint\.(\w+)")
_LISTED = re.compile(r"\bcomplaint\.(\w+)\s+in\s+\[([^\]]*)\]")
_MACRO = re.compile(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(")
MAX_CONDITION = 2_000


def _condition(text: str) -> str:
    if len(text) > MAX_CONDITION:
        raise wrong(f"a condition of {len(text)} characters", mend=f"use {MAX_CONDITION} at most; split the rule")
    for name in _FACT.findall(_TEXT.sub('""', text)):
        if name not in FACTS:
            raise wrong(f"`complaint.{name}` is not a fact", mend=closest(name, FACTS))
    if _nests(_TEXT.sub('""', text)):
        mend = "let one `all`, `exists`, `map` or `filter` end before the next begins; lists within lists take for ever"
        raise wrong("the condition goes through a list within a list", mend=mend)
    try:
        program = engine.compile(text)
    except (ValueError, RuntimeError) as error:
        detail = str(error).split("ERROR: ")[-1].splitlines()[0]
        raise wrong(f"the condition does not parse: {detail}", mend=_parse_mend(text)) from None
    unknown = sorted(set(program.variables()) - {"complaint"})
    if unknown:
        mend = f'write `complaint.{unknown[0]}`, or "{unknown[0]}" in quotes if it is a value'
        raise wrong(f"`{unknown[0]}` stands alone", mend=mend)
    return _tried(text, program)


def _tried(text: str, program: engine.Program) -> str:
    try:
        answer = program.execute(engine.Context({"complaint": example_facts()}))
    except Exception as error:  # noqa: BLE001  the binding raises whatever fits the fault
        detail = str(error).split(". ")[0]
        raise wrong(f"the condition fails on an empty complaint: {detail}", mend="compare like with like") from None
    if not isinstance(answer, bool):
        raise wrong(f"the condition gives {type(answer).__name__}, not true or false", mend="compare it with a value")
    return text


def _nests(text: str) -> bool:
    """Tell whether a list is gone through while another is: each level multiplies the time that asking takes."""
    begins = {found.end() - 1 for found in _MACRO.finditer(text)}
    open_brackets: list[bool] = []
    for place, letter in enumerate(text):
        if letter == "(":
            if place in begins and True in open_brackets:
                return True
            open_brackets.append(place in begins)
        elif letter == ")" and open_brackets:
            open_brackets.pop()
    return False


def _parse_mend(text: str) -> str:
    if re.search(r"\b(and|or|not)\b", _TEXT.sub("", text)):
        return "write && for and, || for or, ! for not"
    if re.search(r"[^=!<>]=[^=]", _TEXT.sub("", text)):
        return "write == to compare"
    return "mend the condition; docs/how-to/change-the-rules.md shows examples"


def named_values(condition: str) -> Iterator[tuple[str, str]]:
    """Yield each (fact, value) that a condition compares, as far as it is written plainly."""
    for fact, one, two in _COMPARED.findall(condition):
        yield fact, one or two
    for one, two, fact in _REVERSED.findall(condition):
        yield fact, one or two
    for fact, items in _LISTED.findall(condition):
        for one, two in re.findall(_VALUE, items):
            yield fact, one or two


class Then(Part):
    """Where a complaint goes; what is left out follows from its category, queue and severity."""

    queue: Code | None = None
    playbook: Code | None = None
    policy: str | None = None
    priority: Priority | None = None


class Asking(Dated):
    """What every rule has: `title` tells a person what it is for; outside its dates it is not asked.

    The dates are days of receipt, both included, in the zone of the triage queue's calendar.
    """

    id: RuleId
    title: str = Field(min_length=1)
    when: Annotated[str, AfterValidator(_condition)]


class Rule(Asking):
    """One rule: where a complaint goes for which its condition holds."""

    then: Then


class PolicyRule(Asking):
    """Which promises of time a complaint gets, whoever takes it: asked where the rule that decided names no policy."""

    policy: str


class RulesFile(Part):
    """The rules in order; the last one matches everything and sends it to triage."""

    rules: tuple[Rule, ...] = Field(min_length=1)
    policies: tuple[PolicyRule, ...] = ()

    @model_validator(mode="after")
    def last_rule_matches_everything(self) -> RulesFile:
        """No complaint may fall out of the end of the list."""
        last = self.rules[-1]
        if last.when != "true" or last.dated:
            mend = 'end with a rule of `when: "true"` to triage, without dates'
            raise wrong("the last rule does not match everything", mend=mend)
        return self
