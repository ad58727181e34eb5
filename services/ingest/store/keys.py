"""API keys in rows: the SHA-256 of 32 random bytes, which needs no slow hash because it cannot be guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.store.tables import api_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """An API key as it is stored: never the secret."""

    key_id: str
    secret_sha256: bytes
    label: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None


async def add(
    connection: AsyncConnection, *, key_id: str, secret_sha256: bytes, label: str, scopes: Sequence[str], now: datetime
) -> None:
    """Store a new key."""
    row = {"key_id": key_id, "secret_sha256": secret_sha256, "label": label, "scopes": list(scopes), "created_at": now}
    await connection.execute(insert(api_keys).values(row))


async def get(connection: AsyncConnection, key_id: str) -> StoredKey | None:
    """Return a key, revoked ones too."""
    row = (await connection.execute(select(api_keys).where(api_keys.c.key_id == key_id))).one_or_none()
    return StoredKey(**{**row._mapping, "scopes": tuple(row.scopes)}) if row else None


async def labels(connection: AsyncConnection, key_ids: Sequence[str]) -> dict[str, str]:
    """Return the labels of the keys that exist, revoked ones too: what they did stays in ledgers."""
    statement = select(api_keys.c.key_id, api_keys.c.label).where(api_keys.c.key_id.in_(key_ids))
    return {row.key_id: row.label for row in await connection.execute(statement)}


async def everything(connection: AsyncConnection) -> list[StoredKey]:
    """Return all keys, oldest first."""
    rows = await connection.execute(select(api_keys).order_by(api_keys.c.created_at, api_keys.c.key_id))
    return [StoredKey(**{**r._mapping, "scopes": tuple(r.scopes)}) for r in rows]


async def revoke(connection: AsyncConnection, key_id: str, *, now: datetime) -> bool:
    """Make the key worthless from now on and return whether it was worth something."""
    statement = update(api_keys).where(api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None))
    return (await connection.execute(statement.values(revoked_at=now))).rowcount == 1
