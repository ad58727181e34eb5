"""What one edition of a rulebook changes of another, file by file, as people compare texts."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

MOST_LINES: Final = 400
"""The lines of a file's difference that are kept; a whole lexicon anew would tell nobody anything."""


def changes_between(before: Mapping[str, str], after: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return each file that differs: `file`, `change` (added, removed, changed), `lines` of a unified difference."""
    return [
        {
            "file": file,
            "change": _kind(file, before, after),
            "lines": lines[:MOST_LINES],
            "cut": len(lines) > MOST_LINES,
        }
        for file in sorted(before.keys() | after.keys())
        if before.get(file) != after.get(file)
        for lines in [list(islice(_lines(before.get(file, ""), after.get(file, "")), MOST_LINES + 1))]
    ]


def _kind(file: str, before: Mapping[str, str], after: Mapping[str, str]) -> str:
    if file not in before:
        return "added"
    return "changed" if file in after else "removed"


def _lines(before: str, after: str) -> Iterator[str]:
    return islice(difflib.unified_diff(before.splitlines(), after.splitlines(), n=2, lineterm=""), 2, None)
