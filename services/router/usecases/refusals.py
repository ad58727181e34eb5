"""Why a request of staff is not done."""

from __future__ import annotations


class NotFound(Exception):
    """There is no such thing."""


class Invalid(Exception):
    """The input names something that does not exist: (JSON pointer, what to mend)."""

    def __init__(self, pointer: str, mend: str) -> None:
        super().__init__(mend)
        self.errors = ((pointer, mend),)


class Conflict(Exception):
    """The complaint's state does not allow it, or it is so already."""
