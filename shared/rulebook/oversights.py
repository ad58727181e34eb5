"""What is legal in a rulebook and yet wrong: it loads, and somebody will be surprised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from shared.rulebook.load import Rulebook
from shared.rulebook.never import never_first
from shared.rulebook.queues import QueuesFile
from shared.rulebook.rules import RulesFile
from shared.rulebook.source import Problem, Source, read_source
from shared.rulebook.taxonomy import TaxonomyFile
from shared.rulebook.trials import tried


def oversights(rulebook: Rulebook, folder: Path) -> list[Problem]:
    """Return every oversight of a rulebook that was loaded from `folder`, with its line."""
    rules, _ = read_source(folder / "rules.yaml", RulesFile, root=folder)
    queues, _ = read_source(folder / "queues.yaml", QueuesFile, root=folder)
    taxonomy, _ = read_source(folder / "taxonomy.yaml", TaxonomyFile, root=folder)
    return [
        *never_first(rules, rulebook.taxonomy),
        *tried(rules),
        *_unnamed_categories(taxonomy, rulebook),
        *_queues_alone(queues, rulebook),
        *_untranslated(queues, rulebook),
    ]


def _unnamed_categories(source: Source[TaxonomyFile], rulebook: Rulebook) -> Iterator[Problem]:
    """The category of what is unclear is meant to fall to the last rule; any other that does was forgotten."""
    named = {word for rule in rulebook.rules for word in re.findall(r"[a-z][a-z0-9_]*", rule.when)}
    for code in rulebook.taxonomy.categories:
        if code not in named and code != rulebook.taxonomy.unclear:
            what = f"no rule names the category `{code}`: the last rule takes it, to `{rulebook.rules[-1].then.queue}`"
            mend = f'add a rule with `when: complaint.category == "{code}"` to rules.yaml'
            yield source.problem("categories", code, what=what, mend=mend)


def _queues_alone(source: Source[QueuesFile], rulebook: Rulebook) -> Iterator[Problem]:
    for code, queue in rulebook.queues.items():
        if queue.fallback is None:
            what = f"nobody takes over from `{code}` when nobody of its team is there"
            yield source.problem("queues", code, what=what, mend="add `fallback:` with another queue")


def _untranslated(source: Source[QueuesFile], rulebook: Rulebook) -> Iterator[Problem]:
    """Yield each language that a queue serves and that a template of its playbooks does not speak."""
    told: set[tuple[str, str, str]] = set()
    for code, playbook in _reached(rulebook):
        for language in rulebook.queues[code].languages:
            for name in _templates_of(rulebook, playbook):
                if _written(rulebook, language, name) or (code, language, name) in told:
                    continue
                told.add((code, language, name))
                what = f"`{code}` serves `{language}`, in which the playbook `{playbook}` has no template `{name}`"
                mend = f"add templates/{language}/{name}.j2, or take `{language}` out of `languages:`"
                yield source.problem("queues", code, "languages", what=what, mend=mend)


def _reached(rulebook: Rulebook) -> list[tuple[str, str]]:
    """Return each (queue, playbook) that a rule or a category brings together."""
    pairs: dict[tuple[str, str], None] = {}
    for category in rulebook.taxonomy.categories.values():
        subs = [sub.playbook for sub in category.subcategories.values() if sub.playbook]
        pairs |= dict.fromkeys((category.queue, book) for book in (category.playbook, *subs))
    for rule in rulebook.rules:
        if rule.then.queue and rule.then.playbook:
            pairs[rule.then.queue, rule.then.playbook] = None
    return list(pairs)


def _templates_of(rulebook: Rulebook, playbook: str) -> Iterator[str]:
    yield from dict.fromkeys(s.message_template for s in rulebook.playbooks[playbook].steps if s.message_template)


def _written(rulebook: Rulebook, language: str, name: str) -> bool:
    return any(rulebook.templates.source(language, form) for form in (name, f"{name}.long"))
