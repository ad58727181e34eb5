"""A change of a complaint's work: entries in the ledger, and all that follows from them, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.domain.chain import links
from services.responder.domain.clock import Clock
from services.responder.domain.entries import Entry, EntryKind
from services.responder.domain.fold import apply, apply_all
from services.responder.domain.work import WorkState
from services.responder.store import clocks, counters, timeline, work
from services.responder.store.counters import Place
from services.responder.store.tables import messaging
from services.responder.store.work import Held
from services.responder.usecases.counting import counted
from shared.contracts.progress import ComplaintProgress, ProgressKind
from shared.ids import event_id
from shared.messaging.outbox import Announcement, announce
from shared.telemetry.trace import current_traceparent

SOURCE: Final = "ascolto/responder"

_TOLD: Final[dict[EntryKind, ProgressKind]] = {
    "acknowledged": "acknowledged",
    "acknowledgement_withheld": "acknowledgement_withheld",
    "acknowledgement_failed": "acknowledgement_failed",
    "acknowledgement_delivered": "delivered",
    "reply_sent": "replied",
    "delivered": "delivered",
    "undelivered": "undelivered",
    "claimed": "claimed",
    "released": "released",
    "waiting": "waiting",
    "extended": "extended",
    "resolved": "resolved",
    "reopened": "reopened",
    "closed": "closed",
    "at_risk": "at_risk",
    "breached": "breached",
    "step": "step",
}
_SAID: Final = ("outcome", "root_cause", "due_at", "until", "step", "state", "final", "owner", "outbound_id")
"""Of an entry's data only codes and times are told; reasons and summaries are people's sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happened to one complaint: `before` is None where its work begins here."""

    before: WorkState | None
    entries: tuple[Entry, ...]
    after: Held
    traceparent: str | None = None

    @property
    def complaint_id(self) -> UUID:
        """Whose work it is."""
        return self.after.complaint_id


class Journal:
    """Gathers what happens to several complaints within one transaction, each complaint's in its order."""

    def __init__(self, held: Iterable[Held] = ()) -> None:
        self._began = {one.complaint_id: one for one in held}
        self._changes = {c: Change(before=one.state, entries=(), after=one) for c, one in self._began.items()}

    def held(self, complaint: UUID) -> Held | None:
        """Return the work as it stands now, or None where there is none yet."""
        change = self._changes.get(complaint)
        return change.after if change else None

    def begin(self, held: Held, entries: tuple[Entry, ...], *, traceparent: str | None = None) -> None:
        """Add a complaint whose work begins with these entries."""
        self._changes[held.complaint_id] = Change(before=None, entries=entries, after=held, traceparent=traceparent)

    def add(self, held: Held, entries: Iterable[Entry], *, traceparent: str | None = None) -> Held:
        """Add entries to what `held` says of a complaint, and return it with them; the last trace given is told."""
        entries = tuple(entries)
        change = self._changes[held.complaint_id]
        after = replace(held, state=apply_all(held.state, entries)) if entries else held
        self._changes[held.complaint_id] = Change(
            before=change.before,
            entries=change.entries + entries,
            after=after,
            traceparent=traceparent or change.traceparent,
        )
        return after

    def changes(self) -> list[Change]:
        """Return what is to be recorded; complaints that nothing happened to are left out."""
        return [change for c, change in self._changes.items() if change.after is not self._began.get(c)]


async def record(connection: AsyncConnection, changes: Sequence[Change], *, now: datetime) -> None:
    """Store the entries and whatever they change; it all stands at the caller's commit, or none of it.

    Whoever calls holds the locks of the complaints: the chain of each goes on from the head that was read under them.
    """
    chained = [(c, links(c.after.head, c.complaint_id, c.entries)) for c in changes]
    await timeline.append(
        connection,
        [(c.complaint_id, entry, link) for c, made in chained for entry, link in zip(c.entries, made, strict=True)],
    )
    await work.save(connection, [replace(c.after, head=made[-1]) if made else c.after for c, made in chained])
    await clocks.save(connection, [moved for c in changes for moved in _moved_clocks(c)])
    await counters.add(connection, _counted(changes, now=now))
    await announce(connection, messaging, [told for c in changes for told in _announcements(c)])


def _moved_clocks(change: Change) -> list[tuple[UUID, Clock]]:
    were = change.before.clocks if change.before else {}
    return [
        (change.complaint_id, clock) for kind, clock in change.after.state.clocks.items() if were.get(kind) != clock
    ]


def _counted(changes: Sequence[Change], *, now: datetime) -> Counter[Place]:
    total: Counter[Place] = Counter()
    for change in changes:
        if change.entries:
            for place, delta in counted(change.before, change.after.state, now=now).items():
                total[place] += delta
    return total


def _announcements(change: Change) -> list[Announcement]:
    if not any(entry.kind in _TOLD for entry in change.entries):
        return []
    state, told = change.before, []
    for entry in change.entries:
        state = apply(state, entry)
        kind = _TOLD.get(entry.kind)
        if kind:
            told.append(_announcement(change, entry, kind, state))
    return told


def _announcement(change: Change, entry: Entry, kind: ProgressKind, state: WorkState) -> Announcement:
    complaint = change.complaint_id
    event = event_id("progress", complaint, entry.seq)
    progress = ComplaintProgress(
        event_id=event,
        complaint_id=complaint,
        reference=state.reference,
        sequence=entry.seq,
        kind=kind,
        at=entry.at,
        state=state.state,
        clock=entry.data.get("clock"),
        provider_message_id=entry.data.get("provider_message_id"),
        data={name: entry.data[name] for name in _SAID if name in entry.data},
    )
    return Announcement(
        event_id=event,
        topic=ComplaintProgress.TOPIC,
        type=ComplaintProgress.TYPE,
        source=SOURCE,
        key=str(complaint),
        subject=str(complaint),
        time=entry.at,
        body=msgspec.json.encode(progress),
        traceparent=change.traceparent or current_traceparent(),
    )
