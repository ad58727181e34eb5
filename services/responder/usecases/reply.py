"""A person's reply: decided and queued in one transaction, sent once however often it is asked for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.responder.domain.refusal import conflict, invalid
from services.responder.domain.replies import reply
from services.responder.store import outbound, work
from services.responder.store.outbound import Outbound
from services.responder.store.work import Held
from services.responder.usecases.act import NoSuchComplaint
from services.responder.usecases.changes import Journal, record
from shared.channel.port import Channel
from shared.ids import event_id
from shared.telemetry.trace import current_traceparent


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedReply:
    """What an agent wants to say; `key` is the caller's idempotency key."""

    text: str
    final: bool
    by: str
    key: str | None = None


async def send_reply(
    engine: AsyncEngine, reference: str, asked: AskedReply, *, channels: dict[str, Channel], now: datetime
) -> UUID:
    """Queue the reply to where the customer last wrote from and return its id; the same key gives the same id."""
    async with engine.begin() as connection:
        held = await work.lock_by_reference(connection, reference)
        if held is None:
            raise NoSuchComplaint(reference)
        known = await _known(connection, held, asked)
        if known:
            return known
        message = _message(held, asked, channels=channels, now=now)
        journal = Journal([held])
        entries = reply(
            held.state, outbound_id=str(message.outbound_id), final=asked.final, by=asked.by, now=now
        )  # fmt: skip
        journal.add(held, entries)
        await record(connection, journal.changes(), now=now)
        await outbound.enqueue(connection, [message])
    return message.outbound_id


async def _known(connection: AsyncConnection, held: Held, asked: AskedReply) -> UUID | None:
    if asked.key is None:
        return None
    earlier = await outbound.by_key(connection, complaint=held.complaint_id, key=_key(asked))
    if earlier is None:
        return None
    if (earlier.text, earlier.final) != (asked.text, asked.final):
        raise invalid(("header:Idempotency-Key", "this key was used for another reply"))
    return earlier.outbound_id


def _message(held: Held, asked: AskedReply, *, channels: dict[str, Channel], now: datetime) -> Outbound:
    if held.reply is None:
        raise conflict("the customer left no address that this channel can answer")
    channel = channels.get(held.reply.channel)
    if channel is None or channel.sends is None:
        raise conflict(f"the channel {held.reply.channel} cannot send")
    longest = channel.sends.max_length
    if longest is not None and len(asked.text) > longest:
        raise invalid(("/text", f"this channel takes {longest} characters at the most"))
    key = _key(asked) if asked.key else None
    return Outbound(
        outbound_id=event_id("reply", held.complaint_id, key) if key else uuid4(),
        complaint_id=held.complaint_id,
        reference=held.state.reference,
        kind="reply",
        account=held.reply.account,
        reply=held.reply,
        text=asked.text,
        by=asked.by,
        created_at=now,
        ready_at=now,
        final=asked.final,
        idempotency_key=key,
        traceparent=current_traceparent(),
    )


def _key(asked: AskedReply) -> str:
    """Return the key as it is stored: of each caller their own, and no longer than a digest."""
    return hashlib.blake2b(f"{asked.by}\x00{asked.key}".encode(), digest_size=16).hexdigest()
