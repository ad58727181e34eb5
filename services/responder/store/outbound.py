"""What goes out: messages with their state, claimed under a lease by whoever sends them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.store.sql import fetch, fetch_one, run
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


async def claim(
    connection: AsyncConnection, *, now: datetime, lease: timedelta, limit: int, without: Sequence[str] = ()
) -> list[Outbound]:
    """Take messages to send, each by one sender only until its lease ends; replies keep their order.

    Accounts in `without` are passed over.
    """
    rows = await fetch(
        connection,
        f"""
        UPDATE responder.outbound SET state = 'sending', ready_at = $2, attempts = attempts + 1
        WHERE outbound_id IN (
            SELECT outbound_id FROM responder.outbound AS o
            WHERE state IN ('queued', 'sending') AND ready_at <= $1 AND account <> ALL($4::text[]) AND NOT EXISTS (
                SELECT FROM responder.outbound AS earlier
                WHERE o.kind = 'reply' AND earlier.kind = 'reply' AND earlier.complaint_id = o.complaint_id
                    AND earlier.state IN ('queued', 'sending') AND earlier.created_at < o.created_at)
            ORDER BY ready_at LIMIT $3 FOR UPDATE SKIP LOCKED)
        RETURNING {_NAMES}
        """,  # noqa: S608 - names of columns
        (now, now + lease, limit, list(without)),
    )
    return [_read(row) for row in rows]


async def next_ready(connection: AsyncConnection) -> datetime | None:
    """Return when the next message may be tried."""
    sql = "SELECT ready_at FROM responder.outbound WHERE state IN ('queued', 'sending') ORDER BY ready_at LIMIT 1"
    row = await fetch_one(connection, sql)
    return row[0] if row else None


async def extend_leases(connection: AsyncConnection, taken: Sequence[Outbound], *, until: datetime) -> None:
    """Keep what this sender still has in hand from being taken by another."""
    await run(
        connection,
        """
        UPDATE responder.outbound AS o SET ready_at = $3
        FROM unnest($1::uuid[], $2::integer[]) AS mine (outbound_id, attempts)
        WHERE o.outbound_id = mine.outbound_id AND o.attempts = mine.attempts AND o.state = 'sending'
        """,
        ([m.outbound_id for m in taken], [m.attempts for m in taken], until),
    )


async def lock(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, Outbound]:
    """Return these messages, locked."""
    rows = await fetch(
        connection,
        f"SELECT {_NAMES} FROM responder.outbound WHERE outbound_id = ANY($1::uuid[]) "  # noqa: S608
        "ORDER BY outbound_id FOR UPDATE",
        (list(ids),),
    )
    return {row[0]: _read(row) for row in rows}


async def by_provider_id(connection: AsyncConnection, *, account: str, provider_message_id: str) -> Outbound | None:
    """Return the message that the vendor knows by this id."""
    rows = await fetch(
        connection,
        f"SELECT {_NAMES} FROM responder.outbound WHERE account = $1 AND provider_message_id = $2 LIMIT 1",  # noqa: S608
        (account, provider_message_id),
    )
    return _read(rows[0]) if rows else None


async def by_key(connection: AsyncConnection, *, complaint: UUID, key: str) -> Outbound | None:
    """Return the reply that was asked for under this idempotency key."""
    rows = await fetch(
        connection,
        f"SELECT {_NAMES} FROM responder.outbound WHERE complaint_id = $1 AND idempotency_key = $2",  # noqa: S608
        (complaint, key),
    )
    return _read(rows[0]) if rows else None


async def of_complaint(connection: AsyncConnection, complaint: UUID) -> list[Outbound]:
    """Return everything that was or is to be sent about a complaint, in order."""
    rows = await fetch(
        connection,
        f"SELECT {_NAMES} FROM responder.outbound WHERE complaint_id = $1 ORDER BY created_at, outbound_id",  # noqa: S608
        (complaint,),
    )
    return [_read(row) for row in rows]


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


async def backlog(connection: AsyncConnection, *, now: datetime) -> tuple[int, datetime | None]:
    """Return how many messages are past their time of sending, and since when the first is."""
    sql = """
        SELECT count(*), min(ready_at) FROM (
            SELECT ready_at FROM responder.outbound WHERE state IN ('queued', 'sending') AND ready_at <= $1 LIMIT 10000
        ) AS late
    """
    row = await fetch_one(connection, sql, (now,))
    return row[0], row[1]


_NAMES = (
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


def _read(row: Any) -> Outbound:
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
