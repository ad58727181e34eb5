"""What the classifier gets right beside TF-IDF of words 1-2 with LinearSVC, on the same split; time and size."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from services.router.learning.meanings import meanings
from services.router.learning.storing import save
from services.router.learning.training import train
from tests.bench.labelled import Split, corpus_splits, made_up, own_split
from tests.bench.report import Report
from tests.bench.table import Figure

pytestmark = pytest.mark.bench

Answers = Callable[[Split], Sequence[str]]


def _denominator(split: Split) -> Sequence[str]:
    machine = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LinearSVC(random_state=0))
    machine.fit([one.text for one in split.learnt], [one.label for one in split.learnt])
    return [str(label) for label in machine.predict([one.text for one in split.fresh])]


def _ours(split: Split) -> Sequence[str]:
    trained = train(split.learnt, precision=0.95, meanings=meanings(), tell=lambda _: None)
    languages = [one.language for one in split.fresh]
    found = trained.classifier.predict([one.text for one in split.fresh], languages=languages)
    return [one.label for one in found]


def _macro_f1(splits: Sequence[Split], answers: Answers) -> float:
    truth = [str(one.label) for split in splits for one in split.fresh]
    return 100 * float(f1_score(truth, [one for split in splits for one in answers(split)], average="macro"))


@pytest.mark.parametrize("kind", ["corpus", "own"])
def test_points_ahead(report: Report, kind: str) -> None:
    own = own_split()
    if kind == "own" and own is None:
        pytest.skip("ASCOLTO_BENCH_LABELLED names no folder with train.csv and test.csv")
    splits = [own] if kind == "own" and own is not None else list(corpus_splits())
    ours, theirs = _macro_f1(splits, _ours), _macro_f1(splits, _denominator)
    count, labels = sum(len(s.fresh) for s in splits), len({one.label for s in splits for one in s.fresh})
    report.add(
        Figure(
            measure=f"classifier: macro-F1 ahead of linear SVM ({splits[0].name.split()[0]}, {labels} labels)",
            values=[ours - theirs],
            must=2.0,
            aim=4.0,
            unit=" points",
            note=f"{count} texts not trained on",
            parts={"ours": [ours], "TF-IDF words 1-2 and LinearSVC": [theirs]},
        )
    )


def test_time_and_size_at_ten_thousand_texts_and_77_labels(report: Report, tmp_path: Path) -> None:
    began = time.perf_counter()
    trained = train(made_up(texts=10_000, labels=77), precision=0.95, meanings=meanings(), tell=lambda _: None)
    seconds = time.perf_counter() - began
    save(trained.classifier, seen=trained.seen, folder=tmp_path)
    megabytes = sum(path.stat().st_size for path in tmp_path.iterdir()) / 1e6
    texts = [one.text for one in made_up(texts=20_000, labels=77, seed=8)]
    rates = []
    with threadpool_limits(1):
        for start in range(0, len(texts), 5_000):
            some = texts[start : start + 5_000]
            began = time.process_time()
            trained.classifier.predict(some, languages=[None] * len(some))
            rates.append(len(some) / (time.process_time() - began))
    assert np.isfinite(trained.classifier.weights).all()
    report.add(
        Figure(
            measure="classifier: training, 10,000 texts", values=[seconds], must=120, aim=60, at_most=True, unit=" s"
        ),
        Figure(measure="classifier: texts labelled a second a core", values=rates, must=5_000, aim=10_000),
        Figure(measure="classifier: model on disk", values=[megabytes], must=100, aim=50, at_most=True, unit=" MB"),
    )
