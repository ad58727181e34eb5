"""The quarantine in rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.store.tables import quarantine

State = Literal["quarantined", "replayed", "discarded"]
_LISTED = [c for c in quarantine.c if c.name not in ("body", "head", "body_sha256")]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedDelivery:
    """One delivery in quarantine, or out of it again."""

    delivery_id: UUID
    account: str
    received_at: datetime
    state: State
    cause: str
    detail: str
    items: int
    attempts: int
    size_bytes: int
    blob_key: str | None
    ended_by: str | None
    reason: str | None
    ended_at: datetime | None
    head: Mapping[str, Any]
    body: bytes | None


async def listed(
    connection: AsyncConnection,
    *,
    state: State,
    account: str | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[QuarantinedDelivery]:
    """Return deliveries in this state, oldest first, without head and body."""
    q = quarantine.c
    statement = select(*_LISTED).where(q.state == state).order_by(q.received_at, q.delivery_id).limit(limit)
    if account is not None:
        statement = statement.where(q.account == account)
    if after is not None:
        statement = statement.where(tuple_(q.received_at, q.delivery_id) > after)
    rows = await connection.execute(statement)
    return [QuarantinedDelivery(**r._mapping, head={}, body=None) for r in rows]


async def get(connection: AsyncConnection, delivery_id: UUID) -> QuarantinedDelivery | None:
    """Return one delivery, whole."""
    columns = [c for c in quarantine.c if c.name != "body_sha256"]
    row = (await connection.execute(select(*columns).where(quarantine.c.delivery_id == delivery_id))).one_or_none()
    return QuarantinedDelivery(**row._mapping) if row else None


async def end(
    connection: AsyncConnection, delivery_id: UUID, *, state: State, by: str, reason: str | None, now: datetime
) -> bool:
    """Take the delivery out of quarantine; False when it is not in there."""
    statement = update(quarantine).where(quarantine.c.delivery_id == delivery_id, quarantine.c.state == "quarantined")
    values = {"state": state, "ended_by": by, "reason": reason, "ended_at": now}
    return (await connection.execute(statement.values(values))).rowcount == 1


async def count_attempt(connection: AsyncConnection, delivery_id: UUID) -> None:
    """Count a replay that did not work."""
    statement = update(quarantine).where(quarantine.c.delivery_id == delivery_id)
    await connection.execute(statement.values(attempts=quarantine.c.attempts + 1))
