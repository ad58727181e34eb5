"""Steps that the system takes itself: done once what they send has gone out, open with the reason while it has not."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from services.responder.domain.entries import SYSTEM, Entry
from services.responder.domain.replacing import replace
from services.responder.domain.work import Step


def taken(steps: Iterable[Step], sends: str, entry: Entry, *, evidence: str) -> tuple[Step, ...]:
    """Return the steps, those done that were to send this."""

    def done(step: Step) -> Step:
        return replace(step, state="done", evidence=evidence, reason=None, at=entry.at, by=SYSTEM)

    return _changed(steps, sends, done)


def not_taken(steps: Iterable[Step], sends: str, entry: Entry, *, reason: str) -> tuple[Step, ...]:
    """Return the steps, those that were to send this open, for a person to see why."""

    def left_open(step: Step) -> Step:
        return replace(step, state="open", evidence=None, reason=reason, at=entry.at, by=SYSTEM)

    return _changed(steps, sends, left_open)


def _changed(steps: Iterable[Step], sends: str, change: Callable[[Step], Step]) -> tuple[Step, ...]:
    # What a person has settled stays settled.
    return tuple(change(step) if step.sends == sends and step.by in (None, SYSTEM) else step for step in steps)
