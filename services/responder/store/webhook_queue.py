"""What is on its way to other systems: claimed under a lease, in order within a complaint, fairly over endpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.domain.webhook_pace import FIRST
from services.responder.domain.webhook_patience import GATE_FROM
from services.responder.domain.webhooks import Notification
from services.responder.store.sql import fetch, run

_READ = (
    "notification_id", "subscription_id", "event_id", "state", "attempts", "ready_at", "first_tried_at",
    "delivered_at", "cause",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A notification in hand, with all that an attempt needs: where it goes, what it says, the sealed secrets."""

    notification: Notification
    url: str
    narrative: bool
    sealed_secrets: bytes
    previous_secret_until: datetime | None
    body: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One attempt as it is kept; `cause` is a code, `answer` the beginning of what the endpoint said."""

    notification_id: UUID
    attempt: int
    started_at: datetime
    duration_ms: int
    outcome: str
    status: int | None = None
    cause: str | None = None
    answer: str | None = None


async def claim(
    connection: AsyncConnection, *, now: datetime, until: datetime, limit: int, free: Mapping[UUID, int]
) -> list[Claimed]:
    """Take what may be tried now, the longest ready first, each by one process only until its lease ends.

    `free` says how much each endpoint may be given. Of a complaint's events an endpoint gets the next one only when
    the one before is settled; an endpoint that keeps failing gets one at a time.
    """
    rows = await fetch(
        connection,
        f"""
        WITH endpoints AS MATERIALIZED (
            SELECT s.subscription_id, least(coalesce(k.free, $4), CASE WHEN s.failures >= $5 THEN 1 ELSE $4 + 99 END)
                AS free
            FROM responder.webhook_subscriptions AS s
            LEFT JOIN unnest($6::uuid[], $7::integer[]) AS k (subscription_id, free) USING (subscription_id)
            WHERE s.state = 'active' AND coalesce(k.free, 1) > 0
                AND coalesce(s.gate_until <= $1, true) AND coalesce(s.asked_until <= $1, true)
        ), found AS MATERIALIZED (
            SELECT first.notification_id, first.ready_at FROM endpoints CROSS JOIN LATERAL (
                SELECT n.notification_id, n.ready_at FROM responder.webhook_notifications AS n
                WHERE n.subscription_id = endpoints.subscription_id AND n.state IN ('queued', 'sending')
                    AND n.ready_at <= $1 AND NOT EXISTS (
                        SELECT FROM responder.webhook_notifications AS earlier
                        WHERE earlier.subscription_id = n.subscription_id AND earlier.subject_id = n.subject_id
                            AND earlier.sequence < n.sequence AND earlier.state IN ('queued', 'sending'))
                ORDER BY n.ready_at, n.sequence LIMIT endpoints.free FOR UPDATE OF n SKIP LOCKED
            ) AS first
        ), taken AS (
            UPDATE responder.webhook_notifications AS n
            SET state = 'sending', ready_at = $2, attempts = attempts + 1, first_tried_at = coalesce(first_tried_at, $1)
            WHERE notification_id IN (SELECT notification_id FROM found ORDER BY ready_at LIMIT $3)
            RETURNING {", ".join(_READ)}, created_at
        )
        SELECT {", ".join(f"t.{name}" for name in _READ)}, s.url, s.narrative, s.sealed_secrets,
            s.previous_secret_until, CASE WHEN s.narrative THEN coalesce(e.narrative_body, e.body) ELSE e.body END,
            t.created_at
        FROM taken AS t JOIN responder.webhook_subscriptions AS s USING (subscription_id)
        JOIN responder.webhook_events AS e USING (event_id)
        """,  # noqa: S608 - names of columns
        (now, until, limit, FIRST, GATE_FROM, list(free), list(free.values())),
    )
    return [_claimed(row) for row in rows]


async def extend_leases(connection: AsyncConnection, taken: Sequence[Notification], *, until: datetime) -> None:
    """Keep what this process still has in hand from being taken by another."""
    await run(
        connection,
        """
        UPDATE responder.webhook_notifications AS n SET ready_at = $3
        FROM unnest($1::uuid[], $2::integer[]) AS mine (notification_id, attempts)
        WHERE n.notification_id = mine.notification_id AND n.attempts = mine.attempts AND n.state = 'sending'
        """,
        ([n.notification_id for n in taken], [n.attempts for n in taken], until),
    )


async def lock(connection: AsyncConnection, notifications: Sequence[UUID]) -> dict[UUID, Notification]:
    """Return those that are still there, their rows locked in one order for all."""
    rows = await fetch(
        connection,
        f"""
        SELECT {", ".join(_READ)} FROM responder.webhook_notifications
        WHERE notification_id = ANY($1::uuid[]) ORDER BY notification_id FOR UPDATE
        """,  # noqa: S608 - names of columns
        (list(notifications),),
    )
    return {row[0]: read(row) for row in rows}


async def settle(connection: AsyncConnection, notifications: Sequence[Notification]) -> None:
    """Store notifications as an attempt left them."""
    await run(
        connection,
        """
        UPDATE responder.webhook_notifications AS n
        SET state = given.state, ready_at = given.ready_at, delivered_at = given.delivered_at, cause = given.cause
        FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[])
            AS given (notification_id, state, ready_at, delivered_at, cause)
        WHERE n.notification_id = given.notification_id
        """,
        (
            [n.notification_id for n in notifications],
            [n.state for n in notifications],
            [n.ready_at for n in notifications],
            [n.delivered_at for n in notifications],
            [n.cause for n in notifications],
        ),
    )


async def keep_tries(connection: AsyncConnection, tries: Sequence[Try]) -> None:
    """Keep attempts."""
    await run(
        connection,
        """
        INSERT INTO responder.webhook_attempts
            (notification_id, attempt, started_at, duration_ms, outcome, status, cause, answer)
        SELECT * FROM unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::integer[], $5::text[], $6::integer[],
                             $7::text[], $8::text[])
        ON CONFLICT (notification_id, attempt) DO NOTHING
        """,
        (
            [t.notification_id for t in tries],
            [t.attempt for t in tries],
            [t.started_at for t in tries],
            [t.duration_ms for t in tries],
            [t.outcome for t in tries],
            [t.status for t in tries],
            [t.cause for t in tries],
            [t.answer for t in tries],
        ),
    )


async def wake(connection: AsyncConnection, subscriptions: Sequence[UUID], *, now: datetime) -> None:
    """Let what rests for these endpoints go at once: they answer again, or somebody resumed them."""
    await run(
        connection,
        """
        UPDATE responder.webhook_notifications SET ready_at = $2
        WHERE subscription_id = ANY($1::uuid[]) AND state = 'queued' AND ready_at > $2
        """,
        (list(subscriptions), now),
    )


def read(row: Any) -> Notification:
    """Return a notification whose columns come first in the row."""
    return Notification(**dict(zip(_READ, row, strict=False)))


def _claimed(row: Any) -> Claimed:
    place = len(_READ)
    return Claimed(
        notification=read(row),
        url=row[place],
        narrative=row[place + 1],
        sealed_secrets=row[place + 2],
        previous_secret_until=row[place + 3],
        body=row[place + 4],
        created_at=row[place + 5],
    )
