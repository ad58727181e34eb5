"""How a complaint stands, by what the responder tells of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from shared.contracts.progress import ComplaintProgress, ComplaintState

ENDED: frozenset[ComplaintState] = frozenset({"resolved", "closed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standpoint:
    """Where a complaint stands after an entry; `ended_at` None with an ended state means: as known before."""

    complaint_id: UUID
    sequence: int
    state: ComplaintState
    at: datetime
    ended_at: datetime | None


def fold(before: Standpoint | None, entry: ComplaintProgress) -> Standpoint:
    """Return where the complaint stands after the entry, which is later than `before`."""
    ended_at = before.ended_at if before and before.state in ENDED else None
    if entry.state in ENDED and entry.kind in ENDED:
        ended_at = entry.at
    now = Standpoint(
        complaint_id=entry.complaint_id,
        sequence=entry.sequence,
        state=entry.state,
        at=entry.at,
        ended_at=ended_at,
    )
    return now if entry.state in ENDED else replace(now, ended_at=None)
