"""What the ledger tells of one clock since it was last started: where it stood still, and how its date was moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from services.responder.domain.clock import Clock
from services.responder.domain.entries import Entry
from services.responder.domain.explaining import Move
from services.responder.domain.fold import apply
from services.responder.domain.intervals import Pause
from services.responder.domain.work import WorkState


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The present round of a clock; a pause that is not over has no moved date yet."""

    clock: Clock
    started_by: str
    pauses: tuple[Pause, ...] = ()
    moves: tuple[Move, ...] = ()


def story_of(entries: Iterable[Entry], kind: str, *, now: datetime) -> Story | None:
    """Return the present round of a clock, None where it was never started."""
    state: WorkState | None = None
    story: Story | None = None
    ground: str | None = None
    for entry in sorted(entries, key=lambda one: one.seq):
        state = apply(state, entry)
        if entry.kind == "waiting":
            ground = str(entry.data.get("ground") or entry.data["reason"])
        clock = state.clocks.get(kind)
        if clock is not None:
            story = _told(story, clock, entry, ground)
    if story is not None and story.clock.paused_at is not None:
        open_pause = Pause(
            begins_at=story.clock.paused_at, ends_at=max(now, story.clock.paused_at), ground=ground, days=0
        )
        story = replace(story, pauses=(*story.pauses, open_pause))
    return story


def _told(story: Story | None, clock: Clock, entry: Entry, ground: str | None) -> Story:
    if story is None or story.clock.round != clock.round:
        return Story(clock=clock, started_by=entry.kind)
    was, told = story.clock, replace(story, clock=clock)
    if was.paused_at is not None and clock.paused_at is None and clock.state == "running":
        days = entry.data.get("clocks", {}).get(clock.kind, {}).get("paused_days")
        pause = Pause(begins_at=was.paused_at, ends_at=entry.at, ground=ground, days=days)
        told = replace(told, pauses=(*told.pauses, pause))
    if was.due_at != clock.due_at:
        move = Move(
            at=entry.at,
            by=entry.by,
            entry=entry.kind,
            before=was.due_at,
            after=clock.due_at,
            reason=entry.data.get("clocks", {}).get(clock.kind, {}).get("why") or entry.data.get("reason"),
        )
        told = replace(told, moves=(*told.moves, move))
    return told
