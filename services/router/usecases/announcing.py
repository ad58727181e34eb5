"""Says what became of a complaint: the events of `complaints.routed.v1`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from services.router.store.filing import Verdict
from services.router.store.lookups import ComplaintRow
from services.router.usecases.arrivals import Event
from services.router.usecases.batch import Batch
from shared.contracts.received import MessageReceived
from shared.contracts.routed import ComplaintRouted
from shared.ids import event_id
from shared.messaging.outbox import Announcement

_encode = msgspec.json.Encoder().encode

SOURCE = "ascolto/router"


def announcement_of(event: Event, *, batch: Batch, verdicts: Mapping[UUID, Verdict]) -> Announcement:
    """Return the announcement of one change that a message made; told again it is the same event."""
    message, opened_by = event.arrival.message, batch.work[event.complaint_id].opened_by
    origin: MessageReceived | ComplaintRow
    if opened_by is None:
        origin = batch.found.complaints[event.complaint_id]
        internal = origin.internal
    else:
        origin = opened_by.message
        internal = origin.sender.internal
    routed = ComplaintRouted(
        event_id=event_id("routed", event.complaint_id, message.message_id, event.kind),
        complaint_id=event.complaint_id,
        reference=origin.reference,
        sequence=event.sequence,
        kind=event.kind,
        at=event.at,
        received_at=origin.received_at,
        account=origin.account,
        channel=origin.channel,
        decision=verdicts[event.complaint_id].decision,
        message_id=event.message_id,
        provider_message_id=message.provider_message_id,
        reply=event.reply,
        automatic=message.automatic,
        outcome_sought=verdicts[event.complaint_id].outcome_sought,
        segment=origin.segment,
        internal=internal,
    )
    return announced(routed, time=event.at, traceparent=event.arrival.traceparent)


def announced(routed: ComplaintRouted, *, time: datetime, traceparent: str | None) -> Announcement:
    """Return the event as it goes into the outbox, keyed by its complaint."""
    key = str(routed.complaint_id)
    return Announcement(
        event_id=routed.event_id,
        topic=ComplaintRouted.TOPIC,
        type=ComplaintRouted.TYPE,
        source=SOURCE,
        key=key,
        subject=key,
        time=time,
        body=_encode(routed),
        traceparent=traceparent,
    )
