"""Labelled texts to measure the classifier on: this project's corpus, made-up ones in any number, a folder's own."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from services.router.learning.examples import Example, read_examples

CORPUS = Path(__file__).resolve().parents[1] / "corpus" / "development"
FOLDS = 5
_SYLLABLES = ("ba", "co", "di", "fe", "gu", "la", "mo", "ni", "re", "su", "ta", "vo", "zi", "per", "ton", "ghi")


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What is learnt from, and what is measured on."""

    name: str
    learnt: Sequence[Example]
    fresh: Sequence[Example]


def corpus_splits() -> Iterator[Split]:
    """Return the development corpus with a fifth held back in turn; the label is the category."""
    found = []
    for path in sorted(CORPUS.glob("*.yaml")):
        for line, entry in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), start=1):
            if category := entry["expect"].get("category"):
                text = f"{entry.get('subject', '')} {entry['text']}"
                found.append(Example(text=text, label=category, language=path.stem, line=line))
    for fold in range(FOLDS):
        yield Split(
            name=f"corpus {fold + 1}",
            learnt=[one for one in found if one.line % FOLDS != fold],
            fresh=[one for one in found if one.line % FOLDS == fold],
        )


def own_split() -> Split | None:
    """Return train.csv and test.csv of the folder that ASCOLTO_BENCH_LABELLED names, if it names one."""
    folder = os.environ.get("ASCOLTO_BENCH_LABELLED")
    if not folder:
        return None
    learnt, fresh = (read_examples(Path(folder) / f"{part}.csv", labelled=True) for part in ("train", "test"))
    return Split(name=Path(folder).name, learnt=learnt, fresh=fresh)


def made_up(*, texts: int, labels: int, seed: int = 7) -> list[Example]:
    """Return texts of about 13 invented words, two of which hint at the label; for time and size only."""
    chance = random.Random(seed)
    words = sorted({"".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(4_000)})
    hints = [chance.sample(words, 12) for _ in range(labels)]
    found = []
    for number in range(texts):
        said = [words[int(len(words) * chance.random() ** 3)] for _ in range(chance.randint(6, 16))]
        for hint in chance.sample(hints[number % labels], 2):
            said.insert(chance.randrange(len(said)), hint)
        found.append(Example(text=" ".join(said), label=f"label {number % labels}", language="it", line=number))
    return found
