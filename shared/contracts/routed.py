"""`complaints.routed.v1`: what the router made of it. Ids, codes, times and the reply address; no narrative."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from shared.contracts.parts import Decision, ReplyAddress

RoutedKind = Literal["opened", "joined", "reopened", "edited", "removed", "transferred", "recategorised"]


class ComplaintRouted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One change of a complaint at the router; `sequence` counts them from 1 within a complaint.

    `at` is when it happened (for `opened`: when the complaint was received), `reply` the address of the message at
    hand. `by` and `reason` tell who transferred or corrected, and why (a code or a short sentence of staff).
    """

    TYPE: ClassVar[str] = "ascolto.complaint.routed.v1"
    TOPIC: ClassVar[str] = "complaints.routed.v1"

    event_id: UUID
    complaint_id: UUID
    reference: str
    sequence: int
    kind: RoutedKind
    at: datetime
    received_at: datetime
    account: str
    channel: str
    decision: Decision
    message_id: UUID | None = None
    provider_message_id: str | None = None
    reply: ReplyAddress | None = None
    automatic: str | None = None
    outcome_sought: str | None = None
    segment: str = "consumer"
    internal: bool = False
    previous_queue: str | None = None
    by: str | None = None
    reason: str | None = None
