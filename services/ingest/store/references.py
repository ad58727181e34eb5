"""References that were given out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.store.tables import messages
from shared import ids


async def told_for(connection: AsyncConnection, reference: str) -> tuple[UUID, datetime] | None:
    """Return the message that this reference was told for, and when it was received; None when there is none."""
    statement = select(messages.c.message_id, messages.c.received_at).where(messages.c.reference == reference)
    row = (await connection.execute(statement)).one_or_none()
    return (row.message_id, row.received_at) if row else None


async def complaint_of(connection: AsyncConnection, reference: str) -> UUID | None:
    """Return the complaint that has this reference; None when it was never given out."""
    statement = select(messages.c.message_id).where(messages.c.reference == reference)
    message: UUID | None = (await connection.execute(statement)).scalar_one_or_none()
    return ids.complaint_id(message) if message else None
