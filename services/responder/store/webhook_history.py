"""What was told and how it went: lists, single notifications with their attempts, replays, backlogs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.store.sql import fetch, fetch_one

_SHOWN = (
    "notification_id", "event_id", "type", "subject_id", "reference", "sequence", "at", "created_at", "state",
    "attempts", "ready_at", "first_tried_at", "delivered_at", "cause",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which notifications are asked for; what is None does not matter. `since` and `until` bound when it happened."""

    state: str | None = None
    event_type: str | None = None
    reference: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits for one subscription, and since when the oldest does."""

    count: int
    oldest: datetime | None


_MATCHES = """
    subscription_id = $1 AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR type = $3)
    AND ($4::text IS NULL OR reference = $4) AND ($5::timestamptz IS NULL OR created_at >= $5)
    AND ($6::timestamptz IS NULL OR created_at < $6)
"""


async def page(
    connection: AsyncConnection,
    subscription: UUID,
    sought: Sought,
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return the next notifications of a subscription, the newest first."""
    rows = await fetch(
        connection,
        f"""
        SELECT {", ".join(_SHOWN)} FROM responder.webhook_notifications
        WHERE {_MATCHES} AND ($7::timestamptz IS NULL OR (created_at, notification_id) < ($7, $8))
        ORDER BY created_at DESC, notification_id DESC LIMIT $9
        """,  # noqa: S608 - constants
        (subscription, *_values(sought), after[0] if after else None, after[1] if after else None, limit),
    )
    return [dict(zip(_SHOWN, row, strict=True)) for row in rows]


async def one(connection: AsyncConnection, subscription: UUID, notification: UUID) -> dict[str, Any] | None:
    """Return one notification with its attempts and its body, without narrative whoever is told more."""
    row = await fetch_one(
        connection,
        f"""
        SELECT {", ".join(f"n.{name}" for name in _SHOWN)}, e.body
        FROM responder.webhook_notifications AS n JOIN responder.webhook_events AS e USING (event_id)
        WHERE n.subscription_id = $1 AND n.notification_id = $2
        """,  # noqa: S608 - names of columns
        (subscription, notification),
    )
    if row is None:
        return None
    names = ("attempt", "started_at", "duration_ms", "outcome", "status", "cause", "answer")
    tries = await fetch(
        connection,
        f"SELECT {', '.join(names)} FROM responder.webhook_attempts WHERE notification_id = $1 ORDER BY attempt",  # noqa: S608
        (notification,),
    )
    shown: dict[str, Any] = dict(zip((*_SHOWN, "body"), row, strict=True))
    return shown | {"tries": [dict(zip(names, attempt, strict=True)) for attempt in tries]}


async def count(connection: AsyncConnection, subscription: UUID, sought: Sought, *, most: int) -> int:
    """Return how many there are, counted up to `most`."""
    sql = f"SELECT count(*) FROM (SELECT FROM responder.webhook_notifications WHERE {_MATCHES} LIMIT $7) AS counted"  # noqa: S608
    row = await fetch_one(connection, sql, (subscription, *_values(sought), most))
    return int(row[0])


async def replay(
    connection: AsyncConnection, subscription: UUID, sought: Sought, *, only: UUID | None = None, now: datetime
) -> int:
    """Put on their way again what was delivered or has failed, under the same ids, and return how many."""
    rows = await fetch(
        connection,
        f"""
        UPDATE responder.webhook_notifications
        SET state = 'queued', ready_at = $7, first_tried_at = NULL, cause = NULL
        WHERE {_MATCHES} AND state IN ('delivered', 'failed') AND ($8::uuid IS NULL OR notification_id = $8)
        RETURNING 1
        """,  # noqa: S608 - constants
        (subscription, *_values(sought), now, only),
    )
    return len(rows)


async def waiting(connection: AsyncConnection, subscriptions: Sequence[UUID], *, most: int) -> dict[UUID, Waiting]:
    """Return what waits for each of these subscriptions, counted up to `most`."""
    rows = await fetch(
        connection,
        """
        SELECT s, w.many, w.oldest FROM unnest($1::uuid[]) AS s, LATERAL (
            SELECT count(*) AS many, min(created_at) AS oldest FROM (
                SELECT created_at FROM responder.webhook_notifications
                WHERE subscription_id = s AND state IN ('queued', 'sending') ORDER BY created_at LIMIT $2) AS counted
        ) AS w
        """,
        (list(subscriptions), most),
    )
    return {row[0]: Waiting(count=row[1], oldest=row[2]) for row in rows}


async def failed(connection: AsyncConnection, subscription: UUID, *, most: int) -> int:
    """Return how many were given up and can be replayed, counted up to `most`."""
    return await count(connection, subscription, Sought(state="failed"), most=most)


def _values(sought: Sought) -> tuple[Any, ...]:
    return sought.state, sought.event_type, sought.reference, sought.since, sought.until
