"""Entries: the lines of a complaint's timeline, the ledger that everything else is derived from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

EntryKind = Literal[
    "opened", "message", "message_edited", "message_removed", "transferred", "recategorised",
    "acknowledgement_queued", "acknowledgement_withheld", "acknowledged", "acknowledgement_failed",
    "acknowledgement_delivered", "replied", "reply_sent", "delivered", "undelivered", "claimed", "released", "waiting",
    "resumed", "extended", "rebased", "resolved", "reopened", "closed", "step", "at_risk", "breached", "lapsed",
    "told",
]  # fmt: skip

SYSTEM = "system"
CUSTOMER = "customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened to a complaint.

    `seq` counts from 1 within the complaint and gives the order; `at` is when it truly happened, which may lie before
    the entry above it. `data` is ready for JSON, instants in it are RFC 3339. Every date that an entry promises stands
    in it, so that the ledger needs neither the policy nor the calendar to be read again.
    """

    seq: int
    at: datetime
    kind: EntryKind
    by: str
    data: dict[str, Any]


def written(instant: datetime) -> str:
    """Return an instant as entries write it."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def instant(text: str) -> datetime:
    """Return the instant that an entry wrote."""
    return datetime.fromisoformat(text)
