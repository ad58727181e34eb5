"""References that were given out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.store.tables import messages
from shared import ids


async def received_at(connection: AsyncConnection, reference: str) -> datetime | None:
    """Return when the message with this reference was received; None when there is none."""
    statement = select(messages.c.received_at).where(messages.c.reference == reference)
    return (await connection.execute(statement)).scalar_one_or_none()


async def complaint_of(connection: AsyncConnection, reference: str) -> UUID | None:
    """Return the complaint that has this reference; None when it was never given out."""
    statement = select(messages.c.message_id).where(messages.c.reference == reference)
    message: UUID | None = (await connection.execute(statement)).scalar_one_or_none()
    return ids.complaint_id(message) if message else None
