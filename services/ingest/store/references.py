"""References that were given out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.store.tables import messages


async def received_at(connection: AsyncConnection, reference: str) -> datetime | None:
    """Return when the message with this reference was received; None when there is none."""
    statement = select(messages.c.received_at).where(messages.c.reference == reference)
    return (await connection.execute(statement)).scalar_one_or_none()
