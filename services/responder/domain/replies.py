"""What people write to the customer: a promise is kept when the message has left, not when a button was pressed."""

from __future__ import annotations

from datetime import datetime

from services.responder.domain.entries import SYSTEM, Entry
from services.responder.domain.firing import after_time
from services.responder.domain.recording import entry, must_not_be_closed
from services.responder.domain.terms import Terms
from services.responder.domain.work import WorkState


def reply(state: WorkState, *, outbound_id: str, final: bool, by: str, now: datetime) -> tuple[Entry, ...]:
    """Return the entry for a reply on its way; clocks do not move yet."""
    must_not_be_closed(state, "answered")
    return (entry(state, "replied", at=now, by=by, data={"outbound_id": outbound_id, "final": final}),)


@after_time
def reply_sent(
    state: WorkState, *, outbound_id: str, provider_message_id: str | None, final: bool, terms: Terms, now: datetime
) -> tuple[Entry, ...]:
    """Return the entry for a reply that the vendor took.

    It meets `first_response` (and `acknowledge`, where nothing had gone out before) and starts `next_update` anew.
    """
    # Whoever was answered was acknowledged too, also where no acknowledgement ever went out.
    happenings = ["human_message", "acknowledged"]
    if final:
        happenings.append("final_message")
    starts = terms.starts(now, *happenings, running=state.clocks)
    if not state.is_open:
        starts = {kind: data for kind, data in starts.items() if kind not in state.clocks}
    data = {
        "outbound_id": outbound_id,
        "provider_message_id": provider_message_id,
        "final": final,
        "clocks": starts,
    }
    return (entry(state, "reply_sent", at=now, by=SYSTEM, data=data),)


def reply_delivered(state: WorkState, *, outbound_id: str, now: datetime) -> tuple[Entry, ...]:
    """Return the entry for a reply that the vendor says arrived."""
    return (entry(state, "delivered", at=now, by=SYSTEM, data={"outbound_id": outbound_id}),)


def reply_failed(state: WorkState, *, outbound_id: str, reason: str, now: datetime) -> tuple[Entry, ...]:
    """Return the entry for a reply that never will arrive: a person has to reach the customer another way."""
    return (entry(state, "undelivered", at=now, by=SYSTEM, data={"outbound_id": outbound_id, "reason": reason}),)
