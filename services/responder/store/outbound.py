"""What goes out: messages with their state, claimed under a lease by whoever sends them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.store.sql import fetch, run
from shared.contracts.parts import ReplyAddress

Kind = Literal["acknowledgement", "reply", "update"]
State = Literal["queued", "sending", "sent", "delivered", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """A message to a customer; its id is the same at every attempt.

    `ready_at` is when to try next while queued, and when the sender's lease ends while sending.
    """

    outbound_id: UUID
    complaint_id: UUID
    reference: str
    kind: Kind
    account: str
    reply: ReplyAddress
    text: str
    by: str
    created_at: datetime
    ready_at: datetime
    state: State = "queued"
    subject: str | None = None
    final: bool = False
    attempts: int = 0
    sent_at: datetime | None = None
    provider_message_id: str | None = None
    reason: str | None = None
    idempotency_key: str | None = None
    traceparent: str | None = None


async def enqueue(connection: AsyncConnection, messages: Sequence[Outbound]) -> None:
    """Store messages that are to be sent; one that is stored already stays as it is."""
    if not messages:
        return
    columns = zip(*(_columns(message) for message in messages), strict=True)
    await run(
        connection,
        """
        INSERT INTO responder.outbound (outbound_id, complaint_id, reference, kind, state, account, reply, subject,
                                        text, final, "by", created_at, attempts, ready_at, idempotency_key, traceparent)
        SELECT o, c, r, k, 'queued', a, p::jsonb, s, t, f, b, at, 0, ready, i, tp
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                    $9::boolean[], $10::text[], $11::timestamptz[], $12::timestamptz[], $13::text[], $14::text[])
            AS given (o, c, r, k, a, p, s, t, f, b, at, ready, i, tp)
        ON CONFLICT (outbound_id) DO NOTHING
        """,
        tuple(map(list, columns)),
    )


async def lock(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, Outbound]:
    """Return these messages, locked."""
    rows = await fetch(
        connection,
        f"SELECT {NAMES} FROM responder.outbound WHERE outbound_id = ANY($1::uuid[]) "  # noqa: S608
        "ORDER BY outbound_id FOR UPDATE",
        (list(ids),),
    )
    return {row[0]: read_row(row) for row in rows}


async def by_provider_id(connection: AsyncConnection, *, account: str, provider_message_id: str) -> Outbound | None:
    """Return the message that the vendor knows by this id."""
    rows = await fetch(
        connection,
        f"SELECT {NAMES} FROM responder.outbound WHERE account = $1 AND provider_message_id = $2 LIMIT 1",  # noqa: S608
        (account, provider_message_id),
    )
    return read_row(rows[0]) if rows else None


async def is_sending(connection: AsyncConnection, *, account: str) -> bool:
    """Tell whether a message is on its way to the account's vendor, so that its id there is not known yet."""
    rows = await fetch(
        connection, "SELECT 1 FROM responder.outbound WHERE account = $1 AND state = 'sending' LIMIT 1", (account,)
    )
    return bool(rows)


async def by_key(connection: AsyncConnection, *, complaint: UUID, key: str) -> Outbound | None:
    """Return the reply that was asked for under this idempotency key."""
    rows = await fetch(
        connection,
        f"SELECT {NAMES} FROM responder.outbound WHERE complaint_id = $1 AND idempotency_key = $2",  # noqa: S608
        (complaint, key),
    )
    return read_row(rows[0]) if rows else None


async def of_complaint(connection: AsyncConnection, complaint: UUID) -> list[Outbound]:
    """Return everything that was or is to be sent about a complaint, in order."""
    rows = await fetch(
        connection,
        f"SELECT {NAMES} FROM responder.outbound WHERE complaint_id = $1 ORDER BY created_at, outbound_id",  # noqa: S608
        (complaint,),
    )
    return [read_row(row) for row in rows]


async def settle(connection: AsyncConnection, messages: Sequence[Outbound]) -> None:
    """Store the state, times and fate of messages whose rows the caller has locked."""
    if not messages:
        return
    await run(
        connection,
        """
        UPDATE responder.outbound AS o
        SET state = n.state, ready_at = n.ready_at, sent_at = n.sent_at,
            provider_message_id = n.provider_message_id, reason = n.reason
        FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::text[])
            AS n (outbound_id, state, ready_at, sent_at, provider_message_id, reason)
        WHERE o.outbound_id = n.outbound_id
        """,
        (
            [m.outbound_id for m in messages],
            [m.state for m in messages],
            [m.ready_at for m in messages],
            [m.sent_at for m in messages],
            [m.provider_message_id for m in messages],
            [m.reason for m in messages],
        ),
    )


NAMES = (
    'outbound_id, complaint_id, reference, kind, state, account, reply::text, subject, text, final, "by", created_at, '
    "attempts, ready_at, sent_at, provider_message_id, reason, idempotency_key, traceparent"
)


def _columns(message: Outbound) -> tuple[Any, ...]:
    return (
        message.outbound_id,
        message.complaint_id,
        message.reference,
        message.kind,
        message.account,
        msgspec.json.encode(message.reply).decode(),
        message.subject,
        message.text,
        message.final,
        message.by,
        message.created_at,
        message.ready_at,
        message.idempotency_key,
        message.traceparent,
    )


def read_row(row: Any) -> Outbound:
    """Return the message that a row of `NAMES` holds."""
    return Outbound(
        outbound_id=row[0],
        complaint_id=row[1],
        reference=row[2],
        kind=row[3],
        state=row[4],
        account=row[5],
        reply=msgspec.json.decode(row[6], type=ReplyAddress),
        subject=row[7],
        text=row[8],
        final=row[9],
        by=row[10],
        created_at=row[11],
        attempts=row[12],
        ready_at=row[13],
        sent_at=row[14],
        provider_message_id=row[15],
        reason=row[16],
        idempotency_key=row[17],
        traceparent=row[18],
    )
