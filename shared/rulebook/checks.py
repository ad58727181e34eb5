"""What one file says of another must hold: every queue, policy, category and step that is named exists."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, get_args

from shared.rulebook.calendars import Calendar
from shared.rulebook.examples import ExamplesFile
from shared.rulebook.facts import FACTS
from shared.rulebook.lexicons import LexiconFile
from shared.rulebook.mends import closest
from shared.rulebook.playbooks import Playbook
from shared.rulebook.policies import Policy
from shared.rulebook.queues import QueuesFile
from shared.rulebook.rules import Rule, RulesFile, named_values
from shared.rulebook.source import Problem, Source
from shared.rulebook.taxonomy import TaxonomyFile
from shared.rulebook.templates import Templates
from shared.rulebook.words import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The files whose models have been read, with their lines."""

    queues: Source[QueuesFile]
    rules: Source[RulesFile]
    taxonomy: Source[TaxonomyFile]
    playbooks: tuple[Source[Playbook], ...]
    lexicons: tuple[Source[LexiconFile], ...]
    examples: tuple[Source[ExamplesFile], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The names that exist; None where the file that holds them could not be read, so that one error is told once."""

    queues: Collection[str] | None
    playbooks: Collection[str] | None
    policies: Collection[str] | None
    calendars: Collection[str] | None
    vocabularies: Mapping[str, Collection[str] | None] | None


def cross_problems(
    sources: Sources, *, policies: Mapping[str, Policy], calendars: Mapping[str, Calendar], templates: Templates
) -> list[Problem]:
    """Return what is wrong between the files."""
    taxonomy, queues = sources.taxonomy.model, sources.queues.model
    books = [one.model for one in sources.playbooks]
    known = Known(
        queues=queues.queues if queues else None,
        playbooks=None if None in books else {one.playbook for one in books if one},
        policies=policies or None,
        calendars=calendars or None,
        vocabularies=_vocabularies(taxonomy, sources.lexicons) if taxonomy else None,
    )
    problems = [*_queues(sources.queues, known), *_taxonomy(sources.taxonomy, known), *_rules(sources.rules, known)]
    problems += _policy_rules(sources.rules, known)
    problems += _undated(sources.queues, policies)
    problems += [problem for one in sources.lexicons for problem in _lexicon(one, taxonomy)]
    problems += [problem for one in sources.examples for problem in _examples(one, taxonomy, sources.lexicons)]
    problems += [problem for one in sources.playbooks for problem in _playbook(one, templates)]
    if sources.lexicons and not any(one.model is None or one.model.language == "en" for one in sources.lexicons):
        what, mend = "no English lexicon", "add lexicon/en.yaml; it reads the languages that have none"
        problems.append(Problem(file="lexicon/", line=None, what=what, mend=mend))
    return problems


def _vocabularies(
    taxonomy: TaxonomyFile, lexicons: Collection[Source[LexiconFile]]
) -> Mapping[str, Collection[str] | None]:
    readable = [one.model for one in lexicons if one.model]
    return {
        "categories": taxonomy.categories,
        "subcategories": {sub for one in taxonomy.categories.values() for sub in one.subcategories},
        "signals": taxonomy.signals,
        "severities": get_args(Severity),
        "outcomes_sought": taxonomy.outcomes_sought,
        "products": {one for lexicon in readable for one in lexicon.products}
        if len(readable) == len(lexicons)
        else None,
    }


def _unknown(
    source: Source[Any], *path: str | int, name: str | None, known: Collection[str] | None, kind: str
) -> Iterator[Problem]:
    if name is not None and known is not None and name not in known:
        yield source.problem(*path, what=f"no such {kind} `{name}`", mend=closest(name, known))


def _queues(source: Source[QueuesFile], known: Known) -> Iterator[Problem]:
    if source.model is None:
        return
    yield from _unknown(source, "triage", name=source.model.triage, known=known.queues, kind="queue")
    for code, queue in source.model.queues.items():
        at = ("queues", code)
        yield from _unknown(source, *at, "policy", name=queue.policy, known=known.policies, kind="policy")
        yield from _unknown(source, *at, "calendar", name=queue.calendar, known=known.calendars, kind="calendar")
        yield from _unknown(source, *at, "fallback", name=queue.fallback, known=known.queues, kind="queue")
        if queue.fallback == code:
            yield source.problem(*at, "fallback", what=f"`{code}` falls back to itself", mend="name another queue")


def _undated(source: Source[QueuesFile], policies: Mapping[str, Policy]) -> Iterator[Problem]:
    """A queue's own policy is what counts where another is not in force: it must hold on every day."""
    for code, queue in source.model.queues.items() if source.model else ():
        policy = policies.get(queue.policy)
        if policy is not None and policy.dated:
            what = f"the queue's own policy `{policy.policy}` does not always hold: it is {policy.dates()}"
            mend = "name one without dates here, and this one in a rule of rules.yaml under `policies:`"
            yield source.problem("queues", code, "policy", what=what, mend=mend)


def _taxonomy(source: Source[TaxonomyFile], known: Known) -> Iterator[Problem]:
    if source.model is None or known.vocabularies is None:
        return
    taxonomy, words = source.model, known.vocabularies
    for key in ("unclear", "not_a_complaint"):
        name = getattr(taxonomy, key)
        yield from _unknown(source, key, name=name, known=taxonomy.categories, kind="category")
    for code, category in taxonomy.categories.items():
        at = ("categories", code)
        yield from _unknown(source, *at, "queue", name=category.queue, known=known.queues, kind="queue")
        yield from _unknown(source, *at, "playbook", name=category.playbook, known=known.playbooks, kind="playbook")
        for sub, kind in category.subcategories.items():
            place = (*at, "subcategories", sub, "playbook")
            yield from _unknown(source, *place, name=kind.playbook, known=known.playbooks, kind="playbook")
    for index, floor in enumerate(taxonomy.floors):
        at_floor = ("floors", index)
        yield from _unknown(
            source, *at_floor, "category", name=floor.category, known=words["categories"], kind="category"
        )
        subs = taxonomy.categories[floor.category].subcategories if floor.category in taxonomy.categories else None
        yield from _unknown(source, *at_floor, "subcategory", name=floor.subcategory, known=subs, kind="subcategory")
        for signal in floor.signals:
            yield from _unknown(source, *at_floor, "signals", name=signal, known=words["signals"], kind="signal")


def _rules(source: Source[RulesFile], known: Known) -> Iterator[Problem]:
    if source.model is None:
        return
    seen: dict[str, int] = {}
    for index, rule in enumerate(source.model.rules):
        if rule.id in seen:
            what = f"the rule `{rule.id}` stands twice"
            yield source.problem("rules", index, "id", what=what, mend="give each rule its own id")
        seen[rule.id] = index
        yield from _rule(source, index, rule, known)
    if source.model.rules[-1].then.queue is None:
        last = len(seen) - 1
        yield source.problem("rules", last, "then", what="the last rule names no queue", mend="add `queue: triage`")


def _rule(source: Source[RulesFile], index: int, rule: Rule, known: Known) -> Iterator[Problem]:
    at = ("rules", index, "then")
    yield from _unknown(source, *at, "queue", name=rule.then.queue, known=known.queues, kind="queue")
    yield from _unknown(source, *at, "playbook", name=rule.then.playbook, known=known.playbooks, kind="playbook")
    yield from _unknown(source, *at, "policy", name=rule.then.policy, known=known.policies, kind="policy")
    yield from _named(source, "rules", index, condition=rule.when, known=known)


def _policy_rules(source: Source[RulesFile], known: Known) -> Iterator[Problem]:
    for index, rule in enumerate(source.model.policies if source.model else ()):
        at = ("policies", index)
        yield from _unknown(source, *at, "policy", name=rule.policy, known=known.policies, kind="policy")
        yield from _named(source, *at, condition=rule.when, known=known)


def _named(source: Source[RulesFile], *at: str | int, condition: str, known: Known) -> Iterator[Problem]:
    for fact, value in named_values(condition):
        vocabulary = FACTS[fact].vocabulary if fact in FACTS else None
        if vocabulary and value and known.vocabularies is not None:
            names = known.vocabularies[vocabulary]
            yield from _unknown(source, *at, "when", name=value, known=names, kind=fact.removesuffix("s"))


def _lexicon(source: Source[LexiconFile], taxonomy: TaxonomyFile | None) -> Iterator[Problem]:
    lexicon = source.model
    if lexicon is None:
        return
    yield from _named_as_file(source, "language", lexicon.language)
    if taxonomy is None:
        return
    for code, words in lexicon.categories.items():
        at = ("categories", code)
        yield from _unknown(source, *at, name=code, known=taxonomy.categories, kind="category")
        subs = taxonomy.categories[code].subcategories if code in taxonomy.categories else None
        for sub in words.subcategories:
            yield from _unknown(source, *at, "subcategories", sub, name=sub, known=subs, kind="subcategory")
    for signal, found in lexicon.signals.items():
        yield from _unknown(source, "signals", signal, name=signal, known=taxonomy.signals, kind="signal")
        category, _, sub = (found.like or "").partition(".")
        place = ("signals", signal, "like")
        yield from _unknown(source, *place, name=category or None, known=taxonomy.categories, kind="category")
        if category in taxonomy.categories:
            subs = taxonomy.categories[category].subcategories
            yield from _unknown(source, *place, name=sub or None, known=subs, kind="subcategory")
    for wish in lexicon.outcomes_sought:
        yield from _unknown(
            source, "outcomes_sought", wish, name=wish, known=taxonomy.outcomes_sought, kind="outcome sought"
        )


def _examples(
    source: Source[ExamplesFile], taxonomy: TaxonomyFile | None, lexicons: Collection[Source[LexiconFile]]
) -> Iterator[Problem]:
    examples = source.model
    if examples is None:
        return
    yield from _named_as_file(source, "language", examples.language)
    languages = {one.model.language for one in lexicons if one.model}
    if len(languages) == len(lexicons):
        name = examples.language
        yield from _unknown(source, "language", name=name, known=languages, kind="lexicon for the language")
    if taxonomy is None:
        return
    for code, kinds in examples.categories.items():
        at = ("categories", code)
        yield from _unknown(source, *at, name=code, known=taxonomy.categories, kind="category")
        subs = taxonomy.categories[code].subcategories if code in taxonomy.categories else None
        for sub in kinds if isinstance(kinds, dict) else ():
            yield from _unknown(source, *at, sub, name=sub, known=subs, kind="subcategory")
    for signal in examples.signals:
        yield from _unknown(source, "signals", signal, name=signal, known=taxonomy.signals, kind="signal")


def _playbook(source: Source[Playbook], templates: Templates) -> Iterator[Problem]:
    if source.model is None:
        return
    yield from _named_as_file(source, "playbook", source.model.playbook)
    for index, step in enumerate(source.model.steps):
        name = step.message_template
        if name is not None and not any(templates.source("en", form) for form in (name, f"{name}.long")):
            what = f"no such template `{name}`"
            yield source.problem("steps", index, "message_template", what=what, mend=f"add templates/en/{name}.j2")


def _named_as_file(source: Source[Any], key: str, name: str) -> Iterator[Problem]:
    stem = PurePosixPath(source.file).stem
    if stem != name:
        yield source.problem(key, what=f"it is called `{name}`, its file `{stem}.yaml`", mend="give both the same name")
