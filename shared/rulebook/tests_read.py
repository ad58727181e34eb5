"""Reads tests.yaml, and sees that the names it expects exist in the other files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.rulebook.checks import Sources
from shared.rulebook.mends import closest
from shared.rulebook.policies import Policy
from shared.rulebook.rule_tests import RuleTestsFile
from shared.rulebook.source import Problem, Source, read_source

FILE = "tests.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestsRead:
    """The file with its lines, nothing where there is none, and what is wrong within it."""

    __test__ = False

    source: Source[RuleTestsFile] | None
    problems: list[Problem]


def read_tests(folder: Path) -> TestsRead:
    """Read the tests of a rulebook; a rulebook without any is none the worse for it here."""
    if not (folder / FILE).exists():
        return TestsRead(source=None, problems=[])
    source, problems = read_source(folder / FILE, RuleTestsFile, root=folder)
    return TestsRead(source=source, problems=problems)


def problems_of_tests(
    source: Source[RuleTestsFile] | None, sources: Sources, *, policies: Mapping[str, Policy]
) -> list[Problem]:
    """Return the names that tests expect and that nothing has, and ids that stand twice."""
    if source is None or source.model is None:
        return []
    return [*_twice(source, source.model), *_unknown(source, source.model, _names(sources, policies))]


def _twice(source: Source[RuleTestsFile], held: RuleTestsFile) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, test in enumerate(held.tests):
        if test.id in seen:
            what = f"the test `{test.id}` stands twice"
            yield source.problem("tests", index, "id", what=what, mend="give each test its own id")
        seen.add(test.id)


def _names(sources: Sources, policies: Mapping[str, Policy]) -> dict[str, Collection[str]]:
    """Return what exists, by the field that names it; a file that could not be read is left out: it is told once."""
    names: dict[str, Collection[str]] = {"policy": policies}
    books = [one.model for one in sources.playbooks]
    if None not in books:
        names["playbook"] = {one.playbook for one in books if one}
    if sources.queues.model:
        names["queue"] = sources.queues.model.queues
    if sources.rules.model:
        names["rule"] = {rule.id for rule in sources.rules.model.rules}
    if taxonomy := sources.taxonomy.model:
        names["category"] = taxonomy.categories
        names["subcategory"] = {sub for one in taxonomy.categories.values() for sub in one.subcategories}
        names["signals"] = taxonomy.signals
        names["outcome_sought"] = taxonomy.outcomes_sought
    return {field: known for field, known in names.items() if known}


def _unknown(
    source: Source[RuleTestsFile], held: RuleTestsFile, names: Mapping[str, Collection[str]]
) -> Iterator[Problem]:
    for index, test in enumerate(held.tests):
        for field, known in names.items():
            said = getattr(test.expect, field)
            for name in said if isinstance(said, tuple) else (said,):
                if name is not None and name not in known:
                    what = f"no such {field.removesuffix('s').replace('_', ' ')} `{name}`"
                    yield source.problem("tests", index, "expect", field, what=what, mend=closest(name, known))
