"""Errors named by who has to act; anything that is none of these is a defect of ours."""

from __future__ import annotations

from datetime import timedelta


class Unprocessable(Exception):
    """This one input cannot be handled as it is: a person looks at it, mends the cause and replays it."""


class TryLater(Exception):
    """Nobody has to act: the same call may go through later, after `wait` where the other side said so."""

    def __init__(self, detail: str, *, wait: timedelta | None = None) -> None:
        super().__init__(detail)
        self.wait = wait
