"""Why a request of staff is not done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class NotFound(Exception):
    """There is no such thing."""


class Invalid(Exception):
    """The input names something that does not exist: (JSON pointer, what to mend)."""

    def __init__(self, pointer: str, mend: str) -> None:
        super().__init__(mend)
        self.errors = ((pointer, mend),)


class Conflict(Exception):
    """The complaint's state does not allow it, or it is so already."""


class Unfit(Exception):
    """The rulebook is not passed by its check; `problems` are what the check told."""

    def __init__(self, problems: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(f"the check found {len(problems)} problem(s)")
        self.errors = tuple((_pointer(one["file"]), _told(one)) for one in problems)


def _pointer(file: str) -> str:
    return "/files/" + file.replace("~", "~0").replace("/", "~1")


def _told(problem: Mapping[str, Any]) -> str:
    place = "" if problem["line"] is None else f"line {problem['line']}: "
    return f"{place}{problem['what']} ({problem['mend']})"
