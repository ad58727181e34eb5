"""Files that are still to be fetched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.store.tables import media


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingMedia:
    """A file that is due to be fetched; `attempts` counts this one too."""

    attachment_id: UUID
    account: str
    media: str
    attempts: int


async def claim(connection: AsyncConnection, *, now: datetime, lease: timedelta, limit: int) -> list[WaitingMedia]:
    """Take files to fetch; who dies over one leaves it to the next after `lease`."""
    m = media.c
    due = select(m.attachment_id).where(m.state == "waiting", m.next_at <= now).order_by(m.next_at).limit(limit)
    statement = (
        update(media)
        .where(m.attachment_id.in_(due.with_for_update(skip_locked=True)))
        .values(next_at=now + lease, attempts=m.attempts + 1)
        .returning(m.attachment_id, m.account, m.media, m.attempts)
    )
    return [WaitingMedia(**row._mapping) for row in await connection.execute(statement)]


async def wait(connection: AsyncConnection, attachment_id: UUID, *, until: datetime) -> None:
    """Let the file be tried again later."""
    await connection.execute(update(media).where(media.c.attachment_id == attachment_id).values(next_at=until))


async def end(connection: AsyncConnection, attachment_id: UUID, *, state: str, detail: str | None) -> None:
    """Note that the file was fetched, or is gone."""
    statement = update(media).where(media.c.attachment_id == attachment_id)
    await connection.execute(statement.values(state=state, detail=detail))
