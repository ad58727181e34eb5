"""What vendors tell later of what was sent: delivered, or not after all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.domain.acknowledging import acknowledgement_delivered, acknowledgement_failed
from services.responder.domain.entries import Entry
from services.responder.domain.replies import reply_delivered, reply_failed
from services.responder.domain.work import WorkState
from services.responder.store import outbound, work
from services.responder.store.outbound import Outbound
from services.responder.usecases.changes import Journal, record
from shared.faults import TryLater

_MAY_OVERTAKE: Final = timedelta(minutes=1)
"""How long a receipt may be ahead of our own record of the sending; an attempt takes 20 s at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorReceipt:
    """A vendor's word on one message, by the id it gave that message; `detail` is a code."""

    account: str
    provider_message_id: str
    state: Literal["delivered", "failed"]
    at: datetime
    detail: str | None = None


async def note_receipt(engine: AsyncEngine, receipt: VendorReceipt, *, now: datetime) -> bool:
    """Record the receipt and return whether it speaks of a message of ours; told twice it changes nothing.

    TryLater: it may speak of a message that is being sent just now, whose id the vendor has not told us yet.
    """
    async with engine.begin() as connection:
        message = await outbound.by_provider_id(
            connection, account=receipt.account, provider_message_id=receipt.provider_message_id
        )
        if message is None:
            if now - receipt.at < _MAY_OVERTAKE and await outbound.is_sending(connection, account=receipt.account):
                raise TryLater("a message of this account is being sent")
            return False
        held = (await work.lock(connection, [message.complaint_id])).get(message.complaint_id)
        message = (await outbound.lock(connection, [message.outbound_id]))[message.outbound_id]
        if held is None or message.state in ("delivered", "failed"):
            return True
        journal = Journal([held])
        journal.add(held, _entries(held.state, message, receipt))
        await record(connection, journal.changes(), now=now)
        await outbound.settle(connection, [replace(message, state=receipt.state, reason=receipt.detail)])
    return True


def _entries(state: WorkState, message: Outbound, receipt: VendorReceipt) -> tuple[Entry, ...]:
    name, reason = str(message.outbound_id), receipt.detail or "undeliverable"
    match receipt.state, message.kind:
        case "delivered", "reply":
            return reply_delivered(state, outbound_id=name, now=receipt.at)
        case "delivered", _:
            return acknowledgement_delivered(state, outbound_id=name, now=receipt.at)
        case _, "reply":
            return reply_failed(state, outbound_id=name, reason=reason, now=receipt.at)
        case _:
            return acknowledgement_failed(state, outbound_id=name, reason=reason, now=receipt.at)
