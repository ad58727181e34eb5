"""A rulebook file is read into a model, or every error in it is told with its line and its mend."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from shared.rulebook.document import MAX_DEPTH, Unreadable, parse
from shared.rulebook.source import Part, Problem, read


class Desk(Part):
    code: str
    priority: Literal["high", "low"] = "low"
    open_at: str | None = None


class Desks(Part):
    desks: tuple[Desk, ...]
    by_name: dict[str, Desk] = Field(default_factory=dict)


def problems_of(tmp_path: Path, text: str) -> list[Problem]:
    path = tmp_path / "desks.yaml"
    path.write_text(text, encoding="utf-8")
    model, problems = read(path, Desks, root=tmp_path)
    assert (model is None) == bool(problems)
    return problems


def test_a_good_file_has_no_problems(tmp_path: Path) -> None:
    assert problems_of(tmp_path, "desks:\n  - code: a\n    open_at: 17:30\n") == []


def test_every_error_of_a_file_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    text = "desks:\n  - code: a\n    priorty: high\n  - priority: hihg\nby_name:\n  x:\n    code: 7\n    cod: 1\n"
    told = [(p.file, p.line, p.mend) for p in problems_of(tmp_path, text)]
    assert told == [
        ("desks.yaml", 3, "did you mean `priority`?"),
        ("desks.yaml", 4, "add `code:`"),
        ("desks.yaml", 4, "did you mean `high`?"),
        ("desks.yaml", 7, "write text; put it in quotes if it looks like a number or a truth value"),
        ("desks.yaml", 8, "did you mean `code`?"),
    ]


BROKEN = {
    "a key twice": ("desks: []\ndesks: []\n", 2, "stands twice"),
    "bad indentation": ("desks:\n  - code: a\n   b: c\n", 3, "not YAML"),
    "an open bracket": ("desks: [\n", 2, "not YAML"),
    "a tag": ("desks: !!python/object:os.system x\n", 1, "the tag"),
    "an alias to nothing": ("desks: *a\n", 1, "names nothing"),
    "an alias inside its own anchor": ("desks: &a [*a]\n", 1, "names nothing"),
    "two documents": ("desks: []\n---\ndesks: []\n", 2, "second document"),
    "a list as key": ("? [a]\n: b\n", 1, "a key that is not a word"),
    "a control character": ("desks: []\nx: \x07\n", 2, "does not allow"),
    "nesting": ("desks: " + "[" * 400 + "]" * 400, 1, "nested too deeply"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_document_is_refused_with_its_line(tmp_path: Path, name: str) -> None:
    text, line, words = BROKEN[name]
    (problem,) = problems_of(tmp_path, text)
    assert problem.line == line
    assert words in problem.what
    assert problem.mend


def test_aliases_cannot_unfold_without_end(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    (problem,) = problems_of(tmp_path, "\n".join(lines))
    assert "too many values" in problem.what


def test_a_file_that_is_missing_or_is_not_utf8_is_told(tmp_path: Path) -> None:
    _, (missing,) = read(tmp_path / "none.yaml", Desks, root=tmp_path)
    assert (missing.file, missing.line) == ("none.yaml", None)
    (tmp_path / "latin.yaml").write_bytes(b"desks: []\n# caff\xe8\n")
    _, (latin,) = read(tmp_path / "latin.yaml", Desks, root=tmp_path)
    assert latin.line == 2


def test_words_that_yaml_1_1_would_change_stay_words() -> None:
    data = parse(b"a: no\nb: 17:30\nc: 2026-11-22\nd: 0800\ne: on\nf: 3\ng: 1.5\nh: true\ni: ~\nno: 1\n").data
    expected = {"a": "no", "b": "17:30", "c": "2026-11-22", "d": "0800", "e": "on", "f": 3, "g": 1.5, "h": True}
    assert data == expected | {"i": None, "no": 1}


def test_a_bound_of_depth_leaves_room_for_what_a_rulebook_needs() -> None:
    assert parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH).data is not None


@given(st.one_of(st.binary(max_size=200), st.text(alphabet="ab:-[]{}&*!#|>\n \"'", max_size=80).map(str.encode)))
def test_any_bytes_are_a_document_or_are_refused(raw: bytes) -> None:
    try:
        line = parse(raw).line(("anything",))
    except Unreadable as refused:
        line = refused.line or 1
    assert line >= 1
