"""What one complaint costs: language, reading and rules, in microseconds of one core; run by `make bench`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import pytest

from services.router.domain.language import decide_language
from services.router.domain.lexicon import lexicons_of
from services.router.domain.reading import read
from services.router.domain.routing import RoutableComplaint, decide
from services.router.domain.tokens import tokenise
from shared.rulebook.load import Rulebook
from tests.unit.router.corpus import COMPLAINTS

AIM_US = 150


def microseconds(work: Callable[[], object], *, times: int) -> float:
    """The best of five rounds, by the processor's clock: other programs shall not count."""
    work()
    rounds = []
    for _ in range(5):
        start = time.process_time()
        work()
        rounds.append((time.process_time() - start) / times * 1e6)
    return min(rounds)


@pytest.mark.bench
def test_a_complaint_is_read_and_decided_within_the_aim(rulebook: Rulebook, capsys: pytest.CaptureFixture[str]) -> None:
    texts = [text for *_, text in COMPLAINTS]
    lexicons = lexicons_of(rulebook)
    tokens = {text: tokenise(text) for text in texts}
    readings = [read(text, rulebook=rulebook) for text in texts]
    stages: dict[str, Callable[[], object]] = {
        "tokens": lambda: [tokenise(text) for text in texts],
        "language": lambda: [
            decide_language(text, tokens=tokens[text], hint=None, lexicons=lexicons) for text in texts
        ],
        "reading, those two included": lambda: [read(text, rulebook=rulebook) for text in texts],
        "rules": lambda: [
            decide(RoutableComplaint(reading=one, channel="email", account="shop"), rulebook) for one in readings
        ],
    }
    figures = {name: microseconds(work, times=len(texts)) for name, work in stages.items()}
    with capsys.disabled():
        sys.stdout.write(f"\n{len(texts)} complaints of {round(sum(map(len, texts)) / len(texts))} characters\n")
        for name, figure in figures.items():
            sys.stdout.write(f"{figure:8.1f} us  {name}\n")
    assert figures["reading, those two included"] + figures["rules"] <= 2 * AIM_US, figures
