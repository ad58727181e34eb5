"""The ledger of candidates that decide beside: its last line is the one at work, or says that there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.store.rulebook_tables import rulebook_shadows as ledger


async def last(connection: AsyncConnection) -> RowMapping | None:
    """Return the last line; its `version` is empty where the candidate before was called off."""
    query = select(ledger).order_by(ledger.c.number.desc()).limit(1)
    return (await connection.execute(query)).mappings().one_or_none()


async def begin(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    """Let a version decide beside from now on, or none."""
    await connection.execute(insert(ledger).values(values))


async def counted(connection: AsyncConnection, number: int) -> Mapping[str, Any]:
    """Return what was counted under a line, which nobody else changes up to the end of the transaction."""
    query = select(ledger.c.counted).where(ledger.c.number == number).with_for_update()
    found: Mapping[str, Any] | None = (await connection.execute(query)).scalar_one_or_none()
    return found or {}


async def count(connection: AsyncConnection, number: int, told: Mapping[str, Any]) -> None:
    """Hold what was counted under a line."""
    await connection.execute(update(ledger).where(ledger.c.number == number).values(counted=told))
