"""What is taken away: notifications settled long ago, those of subscriptions that are gone, events nobody waits for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.store.sql import fetch_one

# One look at the index for each subscription, however many notifications it has.
_ORPHANED = """
    WITH RECURSIVE names (id) AS (
        (SELECT subscription_id FROM responder.webhook_notifications ORDER BY subscription_id LIMIT 1)
        UNION ALL
        SELECT (SELECT subscription_id FROM responder.webhook_notifications
                WHERE subscription_id > names.id ORDER BY subscription_id LIMIT 1)
        FROM names WHERE names.id IS NOT NULL
    )
    SELECT id FROM names WHERE id IS NOT NULL AND NOT EXISTS (
        SELECT FROM responder.webhook_subscriptions WHERE subscription_id = names.id)
"""


async def forget(connection: AsyncConnection, *, before: datetime, limit: int) -> int:
    """Drop at most about `limit` of each kind, settled ones older than `before`, and return how many went."""
    row = await fetch_one(
        connection,
        f"""
        WITH gone AS (
            DELETE FROM responder.webhook_notifications WHERE notification_id IN (
                (SELECT notification_id FROM responder.webhook_notifications
                 WHERE state IN ('delivered', 'failed') AND created_at < $1 LIMIT $2)
                UNION
                (SELECT notification_id FROM responder.webhook_notifications
                 WHERE subscription_id = ANY(ARRAY({_ORPHANED})) LIMIT $2)
            ) RETURNING 1
        ), empty AS (
            DELETE FROM responder.webhook_events WHERE event_id IN (
                SELECT event_id FROM responder.webhook_events AS e
                WHERE created_at < $1 AND fanned_out AND NOT EXISTS (
                    SELECT FROM responder.webhook_notifications AS n WHERE n.event_id = e.event_id)
                LIMIT $2) RETURNING 1
        )
        SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM empty)
        """,  # noqa: S608 - a constant
        (before, limit),
    )
    return int(row[0])
