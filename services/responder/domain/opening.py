"""How the work on a complaint begins: clocks started, the playbook's steps opened, in one entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Protocol

from services.responder.domain.entries import SYSTEM, Entry, written
from services.responder.domain.terms import Terms
from shared.rulebook.allowance import Allowance


class OpenableStep(Protocol):
    """What a playbook says of a step, as far as it matters here."""

    @property
    def id(self) -> str:
        """Its name within the playbook."""
        ...

    @property
    def order(self) -> int:
        """Its place, from 1."""
        ...

    @property
    def actor(self) -> str:
        """Who takes it."""
        ...

    @property
    def titles(self) -> Mapping[str, str]:
        """What it is called, by language."""
        ...

    @property
    def required_evidence(self) -> Sequence[str]:
        """What must be written or attached to show it done."""
        ...

    @property
    def due_offset(self) -> Allowance | None:
        """How long after receipt it is due."""
        ...

    @property
    def message_template(self) -> str | None:
        """What the system sends to take it."""
        ...

    @property
    def skippable_with_reason(self) -> bool:
        """Whether it may be left out."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What the router told of a complaint; of the customer's words only `outcome_sought`."""

    reference: str
    account: str
    channel: str
    received_at: datetime
    queue: str
    playbook: str
    policy: str
    priority: str
    category: str
    subcategory: str | None
    severity: str
    language: str
    rulebook: str
    segment: str = "consumer"
    internal: bool = False
    automatic: str | None = None
    public: bool = False
    outcome_sought: str | None = None
    message_id: str | None = None
    routed_sequence: int = 1


_WRITTEN = tuple(field.name for field in fields(Opening) if field.name != "received_at")


def open_work(opening: Opening, *, terms: Terms, steps: Sequence[OpenableStep], now: datetime) -> tuple[Entry, ...]:
    """Return the entry that begins the timeline, dated at receipt: clocks run from then, however late it was read."""
    at = opening.received_at
    data: dict[str, Any] = {name: getattr(opening, name) for name in _WRITTEN}
    data |= {
        "read_at": written(now),
        "clocks": terms.starts(at, "received", "previous_update", running={}),
        "steps": [_opened(step, at, terms) for step in steps],
    }
    return (Entry(seq=1, at=at, kind="opened", by=SYSTEM, data=data),)


def _opened(step: OpenableStep, at: datetime, terms: Terms) -> dict[str, Any]:
    due_at = terms.after(at, step.due_offset) if step.due_offset else None
    return {
        "step": step.id,
        "order": step.order,
        "actor": step.actor,
        "title": step.titles["en"],
        "due_at": written(due_at) if due_at else None,
        "evidence_required": bool(step.required_evidence),
        "skippable": step.skippable_with_reason,
        "sends": step.message_template if step.actor == "system" else None,
    }
