"""How well complaints are read: each fact that the corpus expects against what the product reads, by language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from services.router.domain.entities import Entity, entities_of, products_in
from services.router.domain.lexicon import lexicons_of
from services.router.domain.own_words import without_quotes
from services.router.domain.reading import Reading, read
from shared.rulebook.load import Rulebook

LANGUAGES: Final = ("it", "en", "fr", "de", "es")
FACTS: Final = ("language", "kind", "category", "subcategory", "severity", "outcome_sought")
DANGER: Final = "injury_or_hazard"
_ALIKE: Final = {"abuse": "spam"}
"""Insults about nothing count as spam in the corpus."""


@dataclass(slots=True)
class Pooled:
    """How often a thing was read, was expected, and both."""

    both: int = 0
    read: int = 0
    expected: int = 0

    @property
    def precision(self) -> float:
        """The share of what was read that is true; 1 when nothing was read."""
        return self.both / self.read if self.read else 1.0

    @property
    def recall(self) -> float:
        """The share of what is true that was read; 1 when nothing is expected."""
        return self.both / self.expected if self.expected else 1.0

    def count(self, *, read: bool, expected: bool) -> None:
        """Count one complaint."""
        self.both += read and expected
        self.read += read
        self.expected += expected


@dataclass(slots=True, kw_only=True)
class Score:
    """What was read rightly, by fact and language; signals and entities pooled over the languages."""

    right: Counter[tuple[str, str]] = field(default_factory=Counter)
    total: Counter[tuple[str, str]] = field(default_factory=Counter)
    signals: dict[str, Pooled] = field(default_factory=dict)
    entities: dict[str, Pooled] = field(default_factory=dict)
    dangers: Pooled = field(default_factory=Pooled)

    def accuracy(self, fact: str, *languages: str) -> float:
        """Return the share read rightly of a fact, in some languages or in all."""
        chosen = languages or LANGUAGES
        total = sum(self.total[fact, language] for language in chosen)
        return sum(self.right[fact, language] for language in chosen) / total if total else 1.0

    @property
    def all_signals(self) -> Pooled:
        """All signals as one."""
        return _sum(self.signals)

    @property
    def all_entities(self) -> Pooled:
        """All entities as one."""
        return _sum(self.entities)


@cache
def corpus(part: str) -> tuple[dict[str, Any], ...]:
    """Return the entries of `development` or `unseen`, language by language."""
    folder = Path(__file__).parent / part
    files = [yaml.safe_load((folder / f"{language}.yaml").read_text(encoding="utf-8")) for language in LANGUAGES]
    return tuple(entry for entries in files for entry in entries)


def score(part: str, *, rulebook: Rulebook) -> Score:
    """Read every text of a part as it would come in, and compare."""
    found = Score()
    for entry in corpus(part):
        reading = read(entry["text"], rulebook=rulebook, subject=entry.get("subject"))
        _compare(reading, entry, found, rulebook)
        _entities(entities_in(entry, reading.language, rulebook=rulebook), entry["expect"].get("entities") or {}, found)
    return found


def kind_of(reading: Reading, *, rulebook: Rulebook) -> str:
    """Return what a text is: a complaint, an enquiry, praise, spam or automatic mail."""
    if reading.category != rulebook.taxonomy.not_a_complaint:
        return "complaint"
    kind = reading.subcategory or "enquiry"
    return _ALIKE.get(kind, kind)


def _compare(reading: Reading, entry: dict[str, Any], found: Score, rulebook: Rulebook) -> None:
    expected = entry["expect"]
    language = expected["language"]
    told = {
        "language": reading.language,
        "kind": kind_of(reading, rulebook=rulebook),
        "category": reading.category,
        "subcategory": reading.subcategory,
        "severity": reading.severity,
        "outcome_sought": reading.outcome_sought,
    }
    for fact in FACTS:
        if fact == "subcategory" and fact not in expected:
            continue
        found.total[fact, language] += 1
        found.right[fact, language] += told[fact] == expected.get(fact)
    for signal in {*reading.signals, *expected["signals"]}:
        pooled = found.signals.setdefault(signal, Pooled())
        pooled.count(read=signal in reading.signals, expected=signal in expected["signals"])
    if DANGER in expected["signals"] or expected["category"] == "safety":
        found.dangers.count(read=DANGER in reading.signals and reading.severity == "S1", expected=True)


def entities_in(entry: dict[str, Any], language: str, *, rulebook: Rulebook) -> tuple[Entity, ...]:
    """Return what a text names: numbers by their shapes, products by the list of its language."""
    text = without_quotes(entry["text"])
    whole = f"{entry['subject']}\n{text}" if entry.get("subject") else text
    named = entities_of(whole, shapes=rulebook.taxonomy.entities)
    return named + products_in(whole, language=language, lexicons=lexicons_of(rulebook))


def _entities(named: Iterable[Entity], expected: dict[str, list[str]], found: Score) -> None:
    wanted = [(kind, _plain(value)) for kind, values in expected.items() for value in values]
    told = list(dict.fromkeys((one.kind, _plain(one.value)) for one in named))
    for kind, value in wanted:
        match = next((one for one in told if one[0] == kind and _same(kind, one[1], value)), None)
        if match is not None:
            told.remove(match)
        found.entities.setdefault(kind, Pooled()).count(read=match is not None, expected=True)
    for kind, _ in told:
        found.entities.setdefault(kind, Pooled()).count(read=True, expected=False)


def _same(kind: str, read: str, expected: str) -> bool:
    """A product counts when its name was found within the words expected: `sofa` for `grey corner sofa`."""
    return read == expected or (kind == "product" and read in expected)


def _plain(value: object) -> str:
    return str(value).casefold().replace(" ", "").lstrip("#")


def _sum(pooled: dict[str, Pooled]) -> Pooled:
    ones = list(pooled.values())
    return Pooled(sum(p.both for p in ones), sum(p.read for p in ones), sum(p.expected for p in ones))


def lines(part: str, found: Score) -> Iterator[str]:
    """Yield the score as a table for people."""
    yield f"{part}: {sum(found.total['language', one] for one in LANGUAGES)} texts"
    yield f"  {'':16}" + "".join(f"{one:>7}" for one in (*LANGUAGES, "all"))
    for fact in FACTS:
        shares = [found.accuracy(fact, one) for one in LANGUAGES] + [found.accuracy(fact)]
        yield f"  {fact:16}" + "".join(f"{100 * share:7.1f}" for share in shares)
    yield f"  {'dangers found':16}{found.dangers.both:7} of {found.dangers.expected}"
    for title, pools, together in (
        ("signals", found.signals, found.all_signals),
        ("entities", found.entities, found.all_entities),
    ):
        yield f"  {title:22} precision  recall  expected"
        for name, pooled in [*sorted(pools.items()), ("all", together)]:
            yield f"    {name:20} {100 * pooled.precision:9.1f} {100 * pooled.recall:7.1f} {pooled.expected:9}"
