"""Does what the shell asks for: from a file of examples to a model's folder, and from a model to a file of answers."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from services.router.learning.classifier import Classifier, Prediction
from services.router.learning.examples import Example, is_lines, read_examples
from services.router.learning.faults import BadData
from services.router.learning.figures import Figures, measure
from services.router.learning.meanings import meanings
from services.router.learning.reporting import lines, write_report
from services.router.learning.storing import load, save
from services.router.learning.training import mark, train

_MOST_WORDS: Final = 5
_PRECISION: Final = 0.95


def train_folder(*, data: Path, out: Path, precision: float, tell: Callable[[str], None]) -> list[str]:
    """Learn from a file, write model, report.json and confusion.svg into a folder, and return what to tell."""
    if out.exists() and not out.is_dir():
        raise BadData(f"{out}: is a file; name a folder for the model with --out")
    examples = read_examples(data, labelled=True)
    try:
        trained = train(examples, precision=precision, meanings=meanings(), tell=tell)
    except BadData as error:
        raise BadData(f"{data}: {error}") from None
    version = save(trained.classifier, seen=trained.seen, folder=out)
    facts: dict[str, object] = {
        "version": version,
        "scored_on": "each text by a classifier that was not trained on it",
        "threshold": round(trained.classifier.sureness.threshold, 6),
        "languages": trained.classifier.languages,
    }
    title = f"What model {version} takes for what"
    write_report(trained.figures, facts=facts, table=out / "report.json", picture=out / "confusion.svg", title=title)
    count = len(trained.classifier.labels)
    return [
        f"Model {version} in {out}: {len(examples)} texts, {count} labels.",
        "On texts that it was not trained on (held back in turn):",
        *(f"  {line}" for line in lines(trained.figures)),
        f"Report: {out / 'report.json'}, picture: {out / 'confusion.svg'}",
    ]


def predict_file(*, model: Path, data: Path, out: Path, with_words: bool) -> list[str]:
    """Label a file's texts into another, row for row, and return what to tell; labels that it has are scored.

    The report (`<out>.report.json`, `<out>.confusion.svg`) leaves out texts that the model was trained on.
    """
    if out.exists() and (out.is_dir() or out.samefile(data)):
        raise BadData(f"{out}: is a folder, or the data itself; name another file with --out")
    classifier, seen, version = load(model, meanings=meanings())
    examples = read_examples(data, labelled=False)
    texts, languages = [one.text for one in examples], [one.language for one in examples]
    found = classifier.predict(texts, languages=languages)
    rows = _rows(classifier, examples, found, with_words=with_words)
    _write(out, rows)
    told = [
        f"{len(found)} texts labelled by model {version} into {out}; abstained on {sum(p.abstained for p in found)}."
    ]
    fresh = [number for number, one in enumerate(examples) if one.label and not _is_in(mark(one.text), seen)]
    known = sum(one.label is not None for one in examples) - len(fresh)
    if known:
        told.append(f"{known} texts with a label were trained on, and are left out of the score.")
    if fresh:
        figures = _score([examples[number] for number in fresh], [found[number] for number in fresh])
        table, picture = out.with_name(out.name + ".report.json"), out.with_name(out.name + ".confusion.svg")
        facts: dict[str, object] = {"version": version, "left_out_as_trained_on": known}
        write_report(figures, facts=facts, table=table, picture=picture, title=f"{data.name}, by model {version}")
        told += [f"On the {len(fresh)} texts with a label:", *(f"  {line}" for line in lines(figures))]
        told.append(f"Report: {table}, picture: {picture}")
    return told


def _score(examples: Sequence[Example], found: Sequence[Prediction]) -> Figures:
    return measure(
        truth=[str(one.label) for one in examples],
        answers=[one.label for one in found],
        probabilities=np.array([one.probability for one in found]),
        abstained=np.array([one.abstained for one in found]),
        precision=_PRECISION,
    )


def _is_in(number: int, marks: np.ndarray) -> bool:
    place = int(np.searchsorted(marks, np.uint64(number)))
    return place < len(marks) and int(marks[place]) == number


def _rows(
    classifier: Classifier, examples: Sequence[Example], found: Sequence[Prediction], *, with_words: bool
) -> Iterator[dict[str, object]]:
    expected = any(one.label is not None for one in examples)
    for example, prediction in zip(examples, found, strict=True):
        row: dict[str, object] = {
            "text": example.text,
            "language": example.language,
            "label": prediction.label,
            "probability": round(prediction.probability, 6),
            "abstained": prediction.abstained,
        }
        if expected:
            row["expected"] = example.label
        if with_words:
            row["words"] = list(
                classifier.words(example.text, language=example.language, label=prediction.label, most=_MOST_WORDS)
            )
        yield row


def _write(out: Path, rows: Iterator[dict[str, object]]) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8", newline="") as file:
        if is_lines(out):
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            return
        writer: csv.DictWriter[str] | None = None
        for row in rows:
            if writer is None:
                writer = csv.DictWriter(file, fieldnames=list(row))
                writer.writeheader()
            writer.writerow({name: _cell(value) for name, value in row.items()})


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return " ".join(map(str, value)) if isinstance(value, list) else value
