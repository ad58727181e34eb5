"""Receipts of vendors that the responder has not been told yet."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

_CLAIM = """
DELETE FROM ingest.receipts
WHERE id IN (SELECT id FROM ingest.receipts ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING account, provider_message_id, state, at, detail
"""


async def claim(connection: AsyncConnection, *, limit: int) -> list[dict[str, Any]]:
    """Take receipts out; they come back when the caller's transaction does not commit."""
    rows = await connection.exec_driver_sql(_CLAIM, (limit,))
    return [dict(row) for row in rows.mappings()]
