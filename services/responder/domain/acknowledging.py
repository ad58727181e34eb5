"""The fate of the acknowledgement, as entries; told twice, the second time there is nothing to record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.responder.domain.entries import SYSTEM, Entry
from services.responder.domain.firing import after_time
from services.responder.domain.recording import entry
from services.responder.domain.terms import Terms
from services.responder.domain.work import WorkState


def acknowledgement_queued(state: WorkState, *, outbound_id: str, now: datetime) -> tuple[Entry, ...]:
    """Return the entry for an acknowledgement on its way; none if one is, or was sent."""
    if state.acknowledgement.state in ("queued", "sent", "delivered"):
        return ()
    return (entry(state, "acknowledgement_queued", at=now, by=SYSTEM, data={"outbound_id": outbound_id}),)


def acknowledgement_withheld(
    state: WorkState, *, reasons: Sequence[str], owed: bool, now: datetime
) -> tuple[Entry, ...]:  # fmt: skip
    """Return the entry for an acknowledgement that must not go out.

    `owed` False: there is nobody to tell (a robot wrote, or there is no way back), so its clock is cancelled. True: the
    text was not fit to be sent, the clock goes on, and a person has to write.
    """
    if state.acknowledgement.state != "none":
        return ()
    data = {"reasons": list(reasons), "cancels": [] if owed else ["acknowledge"]}
    return (entry(state, "acknowledgement_withheld", at=now, by=SYSTEM, data=data),)


@after_time
def acknowledgement_sent(
    state: WorkState, *, outbound_id: str, channel: str, provider_message_id: str | None, terms: Terms, now: datetime
) -> tuple[Entry, ...]:
    """Return the entry for an acknowledgement that the vendor took: it meets `acknowledge`."""
    told = state.acknowledgement
    if told.outbound_id == outbound_id and told.state in ("sent", "delivered"):
        return ()
    data = {
        "outbound_id": outbound_id,
        "channel": channel,
        "provider_message_id": provider_message_id,
        "clocks": terms.starts(now, "acknowledged", running=state.clocks),
    }
    return (entry(state, "acknowledged", at=now, by=SYSTEM, data=data),)


def acknowledgement_failed(state: WorkState, *, outbound_id: str, reason: str, now: datetime) -> tuple[Entry, ...]:
    """Return the entry for an acknowledgement that did not arrive; one that had counted as sent counts no more."""
    told = state.acknowledgement
    if told.outbound_id != outbound_id or told.state == "failed":
        return ()
    was_sent = told.state in ("sent", "delivered") and state.first_human_at is None
    data = {"outbound_id": outbound_id, "reason": reason, "was_sent": was_sent}
    return (entry(state, "acknowledgement_failed", at=now, by=SYSTEM, data=data),)


def acknowledgement_delivered(state: WorkState, *, outbound_id: str, now: datetime) -> tuple[Entry, ...]:
    """Return the entry for an acknowledgement that the vendor says arrived."""
    if state.acknowledgement.outbound_id != outbound_id or state.acknowledgement.state != "sent":
        return ()
    return (entry(state, "acknowledgement_delivered", at=now, by=SYSTEM, data={"outbound_id": outbound_id}),)
