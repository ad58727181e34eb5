"""What would fail or hang at three in the morning is told on Friday: bad conditions, bombs, huge lists."""

from __future__ import annotations

import json
import random
import shutil
import string
import time
from pathlib import Path
from typing import Any

import pytest

from deploy.cli.__main__ import main

DEFAULT = Path(__file__).parents[3] / "deploy" / "rulebook"
TEN = "[1,2,3,4,5,6,7,8,9,10]"

CONDITIONS = {
    "a list within a list": (
        f"{TEN}.all(a, {TEN}.all(b, {TEN}.all(c, a + b + c > 0)))",
        "a list within a list",
    ),
    "a pattern that takes long": ('complaint.account.matches("(a{500}){500}")', "ms to ask"),
    "a number that divides by nothing": ("10 / (complaint.contacts - 3) > 1", "3 for each number"),
    "a key that may be no number": (
        '"floor" in complaint.metadata && int(complaint.metadata["floor"]) > 3',
        "for each text",
    ),
    "a key that may be missing": (
        'complaint.category == "other" && complaint.metadata["shop"] == "3"',
        "no metadata",
    ),
    "a condition that does not parse": ("complaint.category ==", "does not parse"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFAULT, tmp_path / "rulebook"))


def problems_of(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    main(["rulebook", "check", str(folder), "--json"])
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["problems"]
    return found


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_condition_that_would_fail_or_hang_is_told_at_its_line(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    condition, words = CONDITIONS[name]
    path = folder / "rules.yaml"
    rule = f"  - id: mine\n    title: Mine\n    when: {json.dumps(condition)}\n    then: {{queue: triage}}\n\n"
    path.write_text(path.read_text(encoding="utf-8").replace("  - id: triage\n", f"{rule}  - id: triage\n"))
    line = path.read_text(encoding="utf-8").split("  - id: mine")[0].count("\n") + 3
    told = problems_of(folder, capsys)
    assert [(one["line"], words in one["what"]) for one in told] == [(line, True)], told
    assert told[0]["mend"]


def test_fifty_thousand_words_are_read_and_one_that_stands_wrong_is_found(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seeded = random.Random(7)
    words = ["".join(seeded.choices(string.ascii_lowercase, k=9)) for _ in range(50_000)]
    path = folder / "lexicon" / "en.yaml"
    before, _, after = path.read_text(encoding="utf-8").rpartition("  information: [")
    listed = "".join(f"    {word},\n" for word in words)
    path.write_text(f"{before}  information: [\n{listed}    k*,\n    {after}", encoding="utf-8")
    last = path.read_text(encoding="utf-8").split("    k*,")[0].count("\n") + 1
    began = time.process_time()
    [problem] = problems_of(folder, capsys)
    assert "almost anything" in problem["what"]
    assert problem["line"] == last
    path.write_text(path.read_text(encoding="utf-8").replace("    k*,\n", ""), encoding="utf-8")
    assert problems_of(folder, capsys) == []
    assert time.process_time() - began < 20


def test_a_bomb_and_a_key_that_stands_twice_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    (folder / "correlation.yaml").write_text(bomb, encoding="utf-8")
    with (folder / "queues.yaml").open("a", encoding="utf-8") as file:
        file.write("triage: logistics\n")
    told = {one["file"]: one["what"] for one in problems_of(folder, capsys)}
    assert "unfolds into too many values" in told["correlation.yaml"]
    assert "stands twice" in told["queues.yaml"]
