"""The work on complaints: one row each, locked by whoever changes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.domain.work import WorkState
from services.responder.store.derived import DERIVED, derived
from services.responder.store.sql import fetch, fetch_one, run
from shared.contracts.parts import Decision, ReplyAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A complaint's work as it stands: the fold of its timeline, and what the timeline does not say.

    `reply` is the address of the customer's last message; `routed_sequence` the router's last change taken over; `head`
    the link of the last entry, None while there is none.
    """

    complaint_id: UUID
    state: WorkState
    routed_sequence: int
    decision: Decision
    reply: ReplyAddress | None = None
    head: bytes | None = None


async def lock(connection: AsyncConnection, complaints: Iterable[UUID]) -> dict[UUID, Held]:
    """Return the work on those complaints that have any, their rows locked in one order for all."""
    rows = await fetch(
        connection,
        f"{_SELECT} WHERE complaint_id = ANY($1::uuid[]) ORDER BY complaint_id FOR UPDATE",
        (list(complaints),),
    )
    return {row[0]: _read(row) for row in rows}


async def lock_by_reference(connection: AsyncConnection, reference: str) -> Held | None:
    """Return the work on one complaint, its row locked."""
    row = await fetch_one(connection, f"{_SELECT} WHERE reference = $1 FOR UPDATE", (reference,))
    return _read(row) if row else None


async def find(connection: AsyncConnection, reference: str) -> Held | None:
    """Return the work on one complaint as it stands."""
    row = await fetch_one(connection, f"{_SELECT} WHERE reference = $1", (reference,))
    return _read(row) if row else None


async def lock_due(connection: AsyncConnection, *, now: datetime, limit: int) -> list[Held]:
    """Return work that has a clock to fire, the earliest first, locked; what others hold is left to them."""
    rows = await fetch(
        connection, f"{_SELECT} WHERE timer_at <= $1 ORDER BY timer_at LIMIT $2 FOR UPDATE SKIP LOCKED", (now, limit)
    )
    return [_read(row) for row in rows]


async def next_timer(connection: AsyncConnection) -> datetime | None:
    """Return when the next clock fires."""
    sql = "SELECT timer_at FROM responder.work WHERE timer_at IS NOT NULL ORDER BY timer_at LIMIT 1"
    row = await fetch_one(connection, sql)
    return row[0] if row else None


async def save(connection: AsyncConnection, rows: Sequence[Held]) -> None:
    """Store the work as it stands now; whoever calls holds the locks of those rows that were there."""
    if rows:
        columns = zip(*(_columns(row) for row in rows), strict=True)
        await run(connection, _UPSERT, tuple(map(list, columns)))


async def serialise(connection: AsyncConnection, complaints: Iterable[UUID]) -> None:
    """Make other transactions that take over changes of these complaints wait for this one, rows or no rows."""
    keys = sorted({int.from_bytes(c.bytes[:8], "big", signed=True) for c in complaints})
    await run(connection, "SELECT pg_advisory_xact_lock(k) FROM unnest($1::bigint[]) AS k", (keys,))


def _read(row: Any) -> Held:
    return Held(
        complaint_id=row[0],
        state=msgspec.json.decode(row[1], type=WorkState),
        routed_sequence=row[2],
        decision=msgspec.json.decode(row[3], type=Decision),
        reply=msgspec.json.decode(row[4], type=ReplyAddress) if row[4] is not None else None,
        head=row[5],
    )


def _columns(held: Held) -> tuple[Any, ...]:
    return (
        held.complaint_id,
        msgspec.json.encode(held.decision).decode(),
        msgspec.json.encode(held.reply).decode() if held.reply else None,
        held.routed_sequence,
        msgspec.json.encode(held.state),
        held.head,
        *derived(held.state),
    )


_SELECT = "SELECT complaint_id, snapshot, routed_sequence, decision::text, reply::text, head FROM responder.work"

_TYPES = {
    "complaint_id": "uuid",
    "decision": "text",
    "reply": "text",
    "routed_sequence": "integer",
    "snapshot": "bytea",
    "head": "bytea",
    **DERIVED,
}
_JSON = ("decision", "reply")


def _upsert() -> str:
    given = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_TYPES.values(), 1))
    values = ", ".join(f"{name}::jsonb" if name in _JSON else name for name in _TYPES)
    changed = ", ".join(f"{name} = excluded.{name}" for name in _TYPES if name not in ("complaint_id", "reference"))
    names = ", ".join(_TYPES)
    return (
        f"INSERT INTO responder.work ({names}) SELECT {values} FROM unnest({given}) AS given ({names}) "  # noqa: S608
        f"ON CONFLICT (complaint_id) DO UPDATE SET {changed}"
    )


_UPSERT = _upsert()
