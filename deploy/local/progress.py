"""Stages as a person sees them: what is being done, what came of it, how long it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Stage:
    """One stage that is under way; `outcome` is shown when it is over."""

    outcome: str = "done"


@dataclass(slots=True)
class Progress:
    """Counts the stages and prints a line for each."""

    stages: int
    began: float = field(default_factory=time.monotonic)
    _number: int = 0

    @contextmanager
    def stage(self, title: str) -> Iterator[Stage]:
        """Print one line: the title at once, the outcome and the time when it is over."""
        self._number += 1
        began, stage = time.monotonic(), Stage()
        print(f"[{self._number}/{self.stages}] {title} ... ", end="", flush=True)
        try:
            yield stage
        except BaseException:
            print("no", flush=True)
            raise
        print(f"{stage.outcome} ({time.monotonic() - began:.1f} s)", flush=True)

    @property
    def elapsed_s(self) -> float:
        """Seconds since the first stage."""
        return time.monotonic() - self.began


def note(text: str) -> None:
    """Print a line between the stages."""
    print(f"      {text}", flush=True)


def count(done: int, of: int) -> None:
    """Show how far a long stage is, where somebody is looking."""
    if sys.stdout.isatty():
        print(f"{done}/{of}", end="\b" * len(f"{done}/{of}"), flush=True)
