"""A folder becomes a rulebook, whole and checked, or a list of everything that is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Self, TypeVar

from pydantic import BaseModel, Field

from shared.rulebook.calendars import Calendar, read_calendars
from shared.rulebook.checks import Sources, cross_problems
from shared.rulebook.examples import ExamplesFile
from shared.rulebook.lexicons import LexiconFile
from shared.rulebook.playbooks import Playbook
from shared.rulebook.policies import Policy, read_policies
from shared.rulebook.queues import Queue, QueuesFile
from shared.rulebook.rule_tests import RuleTest
from shared.rulebook.rules import PolicyRule, Rule, RulesFile
from shared.rulebook.source import Part, Problem, Source, read_source, source_of
from shared.rulebook.taxonomy import CorrelationFile, TaxonomyFile
from shared.rulebook.templates import Templates, read_templates
from shared.rulebook.tests_read import problems_of_tests, read_tests

FILES = frozenset({"rulebook.yaml", "queues.yaml", "rules.yaml", "taxonomy.yaml", "correlation.yaml", "calendars.yaml"})
MAY_BE = frozenset({"tests.yaml", "examples"})
"""Files and folders that a rulebook need not have."""

FOLDERS = frozenset({"playbooks", "policies", "lexicon", "templates"})

Model = TypeVar("Model", bound=BaseModel)


class RulebookFile(Part):
    """rulebook.yaml: what this edition is called."""

    version: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,40}$")
    title: str


class RulebookInvalid(Exception):
    """The folder holds no rulebook that may be used; `problems` is everything that stands against it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems

    def __reduce__(self) -> tuple[type[Self], tuple[tuple[Problem, ...]]]:
        """Travel between processes with the problems themselves, not with their words."""
        return type(self), (self.problems,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Rulebook:
    """One edition of the rulebook, immutable; `version` is the declared one and the beginning of its content's hash."""

    version: str
    title: str
    triage: str
    queues: Mapping[str, Queue] = field(repr=False)
    rules: tuple[Rule, ...] = field(repr=False)
    policy_rules: tuple[PolicyRule, ...] = field(repr=False)
    playbooks: Mapping[str, Playbook] = field(repr=False)
    taxonomy: TaxonomyFile = field(repr=False)
    lexicons: Mapping[str, LexiconFile] = field(repr=False)
    examples: Mapping[str, ExamplesFile] = field(repr=False)
    correlation: CorrelationFile = field(repr=False)
    policies: Mapping[str, Policy] = field(repr=False)
    calendars: Mapping[str, Calendar] = field(repr=False)
    templates: Templates = field(repr=False)
    tests: tuple[RuleTest, ...] = field(default=(), repr=False)


def load(folder: Path) -> Rulebook:
    """Read the rulebook in `folder`, or raise `RulebookInvalid` with every problem of every file at once."""
    problems: list[Problem] = _strays(folder)
    edition = _one(folder, "rulebook.yaml", RulebookFile, problems)
    sources = Sources(
        queues=_one(folder, "queues.yaml", QueuesFile, problems),
        rules=_one(folder, "rules.yaml", RulesFile, problems),
        taxonomy=_one(folder, "taxonomy.yaml", TaxonomyFile, problems),
        playbooks=_many(folder, "playbooks", Playbook, problems),
        lexicons=_many(folder, "lexicon", LexiconFile, problems),
        examples=_examples(folder, problems),
    )
    tests = read_tests(folder)
    problems += tests.problems
    correlation = _one(folder, "correlation.yaml", CorrelationFile, problems)
    calendars, found = read_calendars(folder)
    policies, more = read_policies(folder, calendars=calendars)
    templates, others = read_templates(folder)
    problems += found + more + others
    problems += cross_problems(sources, policies=policies, calendars=calendars, templates=templates)
    problems += problems_of_tests(tests.source, sources, policies=policies)
    if problems:
        raise RulebookInvalid(tuple(problems))
    queues, rules, taxonomy = _held(sources.queues), _held(sources.rules), _held(sources.taxonomy)
    return Rulebook(
        version=f"{_held(edition).version}+{_fingerprint(folder)}",
        title=_held(edition).title,
        triage=queues.triage,
        queues=MappingProxyType(queues.queues),
        rules=rules.rules,
        policy_rules=rules.policies,
        playbooks=MappingProxyType({one.playbook: one for one in map(_held, sources.playbooks)}),
        taxonomy=taxonomy,
        lexicons=MappingProxyType({one.language: one for one in map(_held, sources.lexicons)}),
        examples=MappingProxyType({one.language: one for one in map(_held, sources.examples)}),
        correlation=_held(correlation),
        policies=MappingProxyType(policies),
        calendars=MappingProxyType(calendars),
        templates=templates,
        tests=tests.source.model.tests if tests.source and tests.source.model else (),
    )


def _one(folder: Path, name: str, model: type[Model], problems: list[Problem]) -> Source[Model]:
    source, found = read_source(folder / name, model, root=folder)
    problems += found
    return source


def _many(folder: Path, name: str, model: type[Model], problems: list[Problem]) -> tuple[Source[Model], ...]:
    paths = sorted((folder / name).glob("*.yaml"))
    if not paths:
        problems.append(Problem(file=f"{name}/", line=None, what="no file in it", mend="add a .yaml file"))
    return tuple(_one(folder, str(path.relative_to(folder)), model, problems) for path in paths)


def _examples(folder: Path, problems: list[Problem]) -> tuple[Source[ExamplesFile], ...]:
    sources = []
    for path in sorted((folder / "examples").glob("*.yaml")):
        source, found = _examples_of(str(path.relative_to(folder)), path.read_bytes())
        problems += found
        sources.append(source)
    return tuple(sources)


@lru_cache(maxsize=32)
def _examples_of(file: str, raw: bytes) -> tuple[Source[ExamplesFile], tuple[Problem, ...]]:
    """Most of a rulebook is its examples, and most editions leave them as they were."""
    source, problems = source_of(raw, ExamplesFile, file=file)
    return source, tuple(problems)


def _held(source: Source[Model]) -> Model:
    if source.model is None:
        raise AssertionError(f"{source.file} had no problem and no model")
    return source.model


def _strays(folder: Path) -> list[Problem]:
    if not folder.is_dir():
        return [Problem(file=str(folder.name), line=None, what="no such folder", mend="name the rulebook's folder")]
    found = []
    for path in sorted(folder.iterdir()):
        known = path.name in (FOLDERS if path.is_dir() else FILES) | MAY_BE
        if not known and path.suffix in (".yaml", ".yml", ""):
            mend = f"use one of: {', '.join(sorted(FILES | MAY_BE | FOLDERS))}"
            found.append(Problem(file=path.name, line=None, what="nothing reads this", mend=mend))
    return found


def _fingerprint(folder: Path) -> str:
    digest = hashlib.blake2b(digest_size=4)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            raw = path.read_bytes()
            digest.update(f"{path.relative_to(folder).as_posix()}\x00{len(raw)}\x00".encode() + raw)
    return digest.hexdigest()
