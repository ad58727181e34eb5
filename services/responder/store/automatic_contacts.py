"""Who was written to by a machine lately: one automatic message per sender and thread in 24 hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.store.sql import fetch, run

QUIET = timedelta(hours=24)


async def claim(connection: AsyncConnection, contacts: Sequence[bytes], *, now: datetime) -> set[bytes]:
    """Return those contacts that may be written to now, and remember that they are; each is granted once."""
    rows = await fetch(
        connection,
        """
        INSERT INTO responder.automatic_contacts AS known (contact, last_at)
        SELECT DISTINCT contact, $2::timestamptz FROM unnest($1::bytea[]) AS given (contact) ORDER BY contact
        ON CONFLICT (contact) DO UPDATE SET last_at = excluded.last_at WHERE known.last_at <= $3::timestamptz
        RETURNING contact
        """,
        (list(contacts), now, now - QUIET),
    )
    return {row[0] for row in rows}


async def forget(connection: AsyncConnection, *, now: datetime) -> None:
    """Drop what is older than the rule looks back."""
    await run(connection, "DELETE FROM responder.automatic_contacts WHERE last_at < $1", (now - QUIET,))
