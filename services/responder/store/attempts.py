"""Attempts at sending, each kept with its outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.store.sql import fetch, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt; `cause` is a code, never what the vendor quoted."""

    outbound_id: UUID
    attempt: int
    started_at: datetime
    ended_at: datetime
    outcome: Literal["sent", "later", "failed"]
    cause: str | None = None


async def add(connection: AsyncConnection, attempts: Sequence[Attempt]) -> None:
    """Keep attempts."""
    if not attempts:
        return
    await run(
        connection,
        """
        INSERT INTO responder.outbound_attempts (outbound_id, attempt, started_at, ended_at, outcome, cause)
        SELECT * FROM unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::text[])
        ON CONFLICT (outbound_id, attempt) DO NOTHING
        """,
        (
            [a.outbound_id for a in attempts],
            [a.attempt for a in attempts],
            [a.started_at for a in attempts],
            [a.ended_at for a in attempts],
            [a.outcome for a in attempts],
            [a.cause for a in attempts],
        ),
    )


async def of(connection: AsyncConnection, outbound: UUID) -> list[dict[str, Any]]:
    """Return the attempts at one message, in order."""
    rows = await fetch(
        connection,
        """
        SELECT attempt, started_at, ended_at, outcome, cause FROM responder.outbound_attempts
        WHERE outbound_id = $1 ORDER BY attempt
        """,
        (outbound,),
    )
    return [dict(row._mapping) for row in rows]
