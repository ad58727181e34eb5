"""What happened, written beside the state it tells of; fanned out later, so that no complaint waits for its readers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.domain.webhooks import Notification
from services.responder.store.sql import fetch, fetch_one, run

_LOCK: Final = 4_201_035
_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """One event, its body ready to be sent; `subject_id` is the complaint, in which `sequence` orders."""

    event_id: UUID
    subject_id: UUID
    sequence: int
    type: str
    at: datetime
    created_at: datetime
    body: bytes
    narrative_body: bytes | None = None
    reference: str | None = None
    facts: dict[str, list[str]] = field(default_factory=dict)


async def add(connection: AsyncConnection, events: Sequence[WebhookEvent]) -> None:
    """Keep events within the caller's transaction; one that is kept already stays as it is."""
    if not events:
        return
    await run(
        connection,
        """
        INSERT INTO responder.webhook_events
            (event_id, subject_id, sequence, type, reference, facts, at, created_at, body, narrative_body, fanned_out)
        SELECT event_id, subject_id, sequence, type, reference, facts::jsonb, at, created_at, body, narrative_body,
               false
        FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
                    $8::timestamptz[], $9::bytea[], $10::bytea[]) WITH ORDINALITY
            AS given (event_id, subject_id, sequence, type, reference, facts, at, created_at, body, narrative_body, n)
        ORDER BY n
        ON CONFLICT (event_id) DO NOTHING
        """,
        (
            [e.event_id for e in events],
            [e.subject_id for e in events],
            [e.sequence for e in events],
            [e.type for e in events],
            [e.reference for e in events],
            [msgspec.json.encode(e.facts).decode() for e in events],
            [e.at for e in events],
            [e.created_at for e in events],
            [e.body for e in events],
            [e.narrative_body for e in events],
        ),
    )


async def are_new(connection: AsyncConnection) -> bool:
    """Tell whether there are events of which it is not known yet who is to be told."""
    row = await fetch_one(connection, "SELECT EXISTS (SELECT FROM responder.webhook_events WHERE NOT fanned_out)")
    return bool(row[0])


async def alone(connection: AsyncConnection) -> bool:
    """Tell whether this transaction is the one that fans out; two at once would break the order within a complaint."""
    row = await fetch_one(connection, "SELECT pg_try_advisory_xact_lock($1)", (_LOCK,))
    return bool(row[0])


async def new(connection: AsyncConnection, *, limit: int) -> list[WebhookEvent]:
    """Return the next events of which it is not known yet who is to be told; without their bodies."""
    rows = await fetch(
        connection,
        """
        SELECT event_id, subject_id, sequence, type, reference, facts, at, created_at FROM responder.webhook_events
        WHERE NOT fanned_out ORDER BY number LIMIT $1
        """,
        (limit,),
    )
    return [_read(row) for row in rows]


async def fan_out(
    connection: AsyncConnection,
    events: Sequence[WebhookEvent],
    notifications: Sequence[tuple[WebhookEvent, Notification]],
) -> None:
    """Put the notifications on their way; events that concern nobody are dropped."""
    for start in range(0, len(notifications), _AT_ONCE):
        await _add_notifications(connection, notifications[start : start + _AT_ONCE])
    told = {event.event_id for event, _ in notifications}
    await run(
        connection,
        "UPDATE responder.webhook_events SET fanned_out = true WHERE event_id = ANY($1::uuid[])",
        (list(told),),
    )
    await run(
        connection,
        "DELETE FROM responder.webhook_events WHERE event_id = ANY($1::uuid[])",
        ([e.event_id for e in events if e.event_id not in told],),
    )


async def texts(connection: AsyncConnection, outbound: Sequence[UUID]) -> dict[UUID, str]:
    """Return the texts of messages that went out to customers."""
    sql = "SELECT outbound_id, text FROM responder.outbound WHERE outbound_id = ANY($1::uuid[])"
    return {row[0]: row[1] for row in await fetch(connection, sql, (list(outbound),))}


async def _add_notifications(
    connection: AsyncConnection, notifications: Sequence[tuple[WebhookEvent, Notification]]
) -> None:
    await run(
        connection,
        """
        INSERT INTO responder.webhook_notifications
            (notification_id, subscription_id, event_id, subject_id, sequence, type, reference, at, created_at, state,
             attempts, ready_at)
        SELECT *, 'queued', 0, $10 FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::text[],
                                               $7::text[], $8::timestamptz[], $9::timestamptz[])
        ON CONFLICT (notification_id) DO NOTHING
        """,
        (
            [n.notification_id for _, n in notifications],
            [n.subscription_id for _, n in notifications],
            [e.event_id for e, _ in notifications],
            [e.subject_id for e, _ in notifications],
            [e.sequence for e, _ in notifications],
            [e.type for e, _ in notifications],
            [e.reference for e, _ in notifications],
            [e.at for e, _ in notifications],
            [e.created_at for e, _ in notifications],
            notifications[0][1].ready_at,
        ),
    )


def _read(row: Any) -> WebhookEvent:
    return WebhookEvent(
        event_id=row[0],
        subject_id=row[1],
        sequence=row[2],
        type=row[3],
        reference=row[4],
        facts=row[5],
        at=row[6],
        created_at=row[7],
        body=b"",
    )
