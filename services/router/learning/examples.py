"""Reads the texts to learn from and to decide on: CSV or JSON Lines with `text`, `label`, and optional `language`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.router.learning.faults import BadData

_MOST_FAULTS: Final = 10
_LONGEST_FIELD: Final = 10_000_000
_LINES: Final = (".jsonl", ".ndjson")
_TABLES: Final = (".csv", ".tsv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One text; `label` is what people decided, where that is known, `line` where it stands in its file."""

    text: str
    label: str | None
    language: str | None
    line: int


def read_examples(path: Path, *, labelled: bool) -> list[Example]:
    """Return every example of a file in its order; with `labelled`, each must have a text and a label.

    Raises BadData with the first faults, all told at once.
    """
    content = _content(path)
    rows = _json_lines(path, content) if is_lines(path, content) else _table(path, content)
    examples, faults = [], []
    for line, values in rows:
        fault = _fault(values, labelled=labelled)
        if fault is None:
            examples.append(_example(values, line=line))
        else:
            faults.append(f"{path}:{line}: {fault}")
    if faults:
        more = [f"... and {len(faults) - _MOST_FAULTS} more"] if len(faults) > _MOST_FAULTS else []
        raise BadData("\n".join([*faults[:_MOST_FAULTS], *more]))
    if not examples:
        raise BadData(f"{path}: holds no texts; give one row, or one JSON object a line, for each text")
    return examples


def is_lines(path: Path, content: str = "") -> bool:
    """Tell whether a file is, or shall be, JSON Lines: by its name, else by what it begins with."""
    if path.suffix.lower() in (*_LINES, *_TABLES):
        return path.suffix.lower() in _LINES
    return content.lstrip().startswith("{")


def _content(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise BadData(f"{path}: there is no such file; name one with --data") from None
    except OSError as error:
        raise BadData(f"{path}: cannot be read ({error.strerror}); name a file that you may read") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadData(f"{path}:{line}: is not UTF-8; save the file as UTF-8 (in a spreadsheet: CSV UTF-8)") from None


def _table(path: Path, content: str) -> Iterator[tuple[int, dict[str, object]]]:
    csv.field_size_limit(_LONGEST_FIELD)
    first = content.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _check_header(path, header)
        began = reader.line_num + 1
        for row in reader:
            if row:
                yield began, _cells(header, row)
            began = reader.line_num + 1
    except csv.Error as error:
        raise BadData(
            f"{path}:{reader.line_num}: is not CSV ({error}); close the quotes, or double those inside"
        ) from None


def _check_header(path: Path, header: list[str]) -> None:
    if "text" not in header:
        named = ", ".join(header[:5]) or "nothing"
        raise BadData(f"{path}:1: has no column `text` (found: {named}); begin the file with a line such as text,label")
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise BadData(f"{path}:1: names {twice[0]} twice; give every column its own name")


def _cells(header: list[str], row: list[str]) -> dict[str, object]:
    if len(row) > len(header):
        return {"surplus": len(row), "columns": len(header)}
    return dict(zip(header, row, strict=False))


def _json_lines(path: Path, content: str) -> Iterator[tuple[int, dict[str, object]]]:
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            what = error.msg if isinstance(error, json.JSONDecodeError) else "not readable"
            raise BadData(f"{path}:{number}: is not JSON ({what}); write one object a line, none over two") from None
        if not isinstance(found, dict):
            raise BadData(f'{path}:{number}: is no JSON object; write {{"text": "...", "label": "..."}}')
        yield number, found


def _fault(values: dict[str, object], *, labelled: bool) -> str | None:
    if "surplus" in values:
        return f"has {values['surplus']} cells for {values['columns']} columns; put a text with commas between quotes"
    text, label, language = (values.get(name) for name in ("text", "label", "language"))
    if not isinstance(text, str):
        return "has no text; give `text` as a string"
    if not isinstance(label, str | None) or not isinstance(language, str | None):
        return "has a label or language that is no string; put it between quotes"
    if labelled and not text.strip():
        return "has an empty text; take the row out"
    if labelled and not (label or "").strip():
        return "has no label; give `label`, or take the row out"
    return None


def _example(values: dict[str, object], *, line: int) -> Example:
    text, label, language = (_whole(str(values.get(name) or "")) for name in ("text", "label", "language"))
    return Example(text=text, label=label.strip() or None, language=language.strip().lower()[:2] or None, line=line)


def _whole(text: str) -> str:
    """Return a text without half characters, which JSON can hold and no file can."""
    return text if text.isascii() else text.encode(errors="replace").decode()
