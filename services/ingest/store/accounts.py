"""Accounts in rows: settings as JSON, secrets sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.store.tables import accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAccount:
    """An account as it is stored."""

    account: str
    channel: str
    title: str
    settings: Mapping[str, Any]
    sealed_secrets: bytes
    secret_names: tuple[str, ...]
    enabled: bool
    created_at: datetime
    changed_at: datetime


async def put(connection: AsyncConnection, row: StoredAccount) -> bool:
    """Store the account as given and return whether it is new."""
    values = {name: getattr(row, name) for name in StoredAccount.__slots__}
    values["secret_names"] = list(row.secret_names)
    statement = insert(accounts).values(values)
    kept = {k: statement.excluded[k] for k in values if k not in ("account", "created_at")}
    statement = statement.on_conflict_do_update(index_elements=["account"], set_=kept)
    created = (await connection.execute(statement.returning(accounts.c.created_at))).scalar_one()
    return bool(created == row.created_at)


async def get(connection: AsyncConnection, account: str) -> StoredAccount | None:
    """Return one account."""
    row = (await connection.execute(select(accounts).where(accounts.c.account == account))).one_or_none()
    return _read(row._asdict()) if row else None


async def everything(connection: AsyncConnection) -> list[StoredAccount]:
    """Return all accounts, by name."""
    return [_read(r._asdict()) for r in await connection.execute(select(accounts).order_by(accounts.c.account))]


async def remove(connection: AsyncConnection, account: str) -> bool:
    """Forget the account and return whether there was one; its complaints stay."""
    return (await connection.execute(delete(accounts).where(accounts.c.account == account))).rowcount == 1


def _read(row: Mapping[str, Any]) -> StoredAccount:
    return StoredAccount(**{**row, "secret_names": tuple(row["secret_names"])})
