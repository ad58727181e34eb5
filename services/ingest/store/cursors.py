"""Where each poller stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.store.tables import cursors


async def get(connection: AsyncConnection, account: str) -> Mapping[str, Any] | None:
    """Return the account's cursor; None before its first batch."""
    found = await connection.execute(select(cursors.c.cursor).where(cursors.c.account == account))
    cursor: Mapping[str, Any] | None = found.scalar_one_or_none()
    return cursor


async def move(connection: AsyncConnection, account: str, cursor: Mapping[str, Any], *, now: datetime) -> None:
    """Put the account's cursor where it stands now."""
    statement = insert(cursors).values(account=account, cursor=dict(cursor), moved_at=now)
    changed = {"cursor": statement.excluded.cursor, "moved_at": statement.excluded.moved_at}
    await connection.execute(statement.on_conflict_do_update(index_elements=["account"], set_=changed))
