"""`complaints.progress.v1`: what the responder did or noticed. Ids, codes and times; no narrative."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

ProgressKind = Literal[
    "acknowledged", "acknowledgement_withheld", "acknowledgement_failed", "replied", "delivered", "undelivered",
    "claimed", "released", "waiting", "extended", "resolved", "reopened", "closed", "at_risk", "breached", "step",
]  # fmt: skip

ComplaintState = Literal["open", "waiting_for_customer", "resolved", "closed"]


class ComplaintProgress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of a complaint's timeline, told to the others; `sequence` is its `seq` there.

    `provider_message_id` is that of a message we sent: an answer that quotes it belongs to this complaint.
    """

    TYPE: ClassVar[str] = "ascolto.complaint.progress.v1"
    TOPIC: ClassVar[str] = "complaints.progress.v1"

    event_id: UUID
    complaint_id: UUID
    reference: str
    sequence: int
    kind: ProgressKind
    at: datetime
    state: ComplaintState
    clock: str | None = None
    provider_message_id: str | None = None
    data: dict[str, str | int | bool | None] = {}
