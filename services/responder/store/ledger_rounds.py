"""Rounds over the ledger: one a night, page by page, by whichever process has the row at the moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.store.ledger import FIRST
from services.responder.store.sql import fetch_one, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """How far a round is: everything up to `reached` has been recomputed."""

    night: date
    reached: UUID
    complaints: int
    entries: int
    differences: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the rounds say: when the last one ended, of how many complaints, and what it or the present one found."""

    ended_at: datetime | None
    complaints: int
    differences: int


async def begin(connection: AsyncConnection, *, night: date, now: datetime) -> None:
    """Begin the round of a night, unless it was begun, or one is under way."""
    await run(
        connection,
        """
        INSERT INTO responder.ledger_rounds (night, started_at, complaints, entries, differences)
        SELECT $1, $2, 0, 0, 0
        WHERE NOT EXISTS (SELECT FROM responder.ledger_rounds WHERE ended_at IS NULL OR night >= $1)
        ON CONFLICT DO NOTHING
        """,
        (night, now),
    )


async def take(connection: AsyncConnection) -> Round | None:
    """Return the round under way, its row locked; None where there is none, or another process has it in hand."""
    row = await fetch_one(
        connection,
        """
        SELECT night, reached, complaints, entries, differences FROM responder.ledger_rounds
        WHERE ended_at IS NULL ORDER BY night LIMIT 1 FOR UPDATE SKIP LOCKED
        """,
    )
    if row is None:
        return None
    return Round(night=row[0], reached=row[1] or FIRST, complaints=row[2], entries=row[3], differences=row[4])


async def save(connection: AsyncConnection, went: Round, *, ended_at: datetime | None = None) -> None:
    """Store how far the round is."""
    await run(
        connection,
        """
        UPDATE responder.ledger_rounds SET reached = $2, complaints = $3, entries = $4, differences = $5, ended_at = $6
        WHERE night = $1
        """,
        (went.night, went.reached, went.complaints, went.entries, went.differences, ended_at),
    )


async def standing(connection: AsyncConnection) -> Standing:
    """Return what is known; what an earlier round found stands until a later one has ended."""
    row = await fetch_one(
        connection,
        """
        SELECT last.ended_at, coalesce(last.complaints, 0),
               greatest(coalesce(last.differences, 0), coalesce(present.differences, 0))
        FROM (SELECT) AS always
        LEFT JOIN LATERAL (SELECT * FROM responder.ledger_rounds
                           WHERE ended_at IS NOT NULL ORDER BY night DESC LIMIT 1) AS last ON true
        LEFT JOIN LATERAL (SELECT * FROM responder.ledger_rounds
                           WHERE ended_at IS NULL ORDER BY night DESC LIMIT 1) AS present ON true
        """,
    )
    return Standing(ended_at=row[0], complaints=row[1], differences=row[2])
