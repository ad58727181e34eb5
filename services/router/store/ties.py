"""Holds what ties messages to complaints: conversations, suggested links, and what came too early."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.domain.correlation import Tie
from shared.faults import TryLater
from shared.ids import event_id


async def point_conversations(
    connection: AsyncConnection, moves: Mapping[tuple[str, str], tuple[UUID | None, UUID]]
) -> None:
    """Make each conversation go on with a complaint, `(before, after)`; `TryLater` when another router was faster."""
    fresh = [(a, c, after) for (a, c), (before, after) in sorted(moves.items()) if before is None]
    moved = [(a, c, before, after) for (a, c), (before, after) in sorted(moves.items()) if before is not None]
    inserted = updated = 0
    if fresh:
        statement = """
            INSERT INTO router.conversations (account, conversation, complaint_id)
            SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[]) ON CONFLICT (account, conversation) DO NOTHING
        """
        columns = ([f[0] for f in fresh], [f[1] for f in fresh], [f[2] for f in fresh])
        inserted = (await connection.exec_driver_sql(statement, columns)).rowcount
    if moved:
        statement = """
            UPDATE router.conversations c SET complaint_id = n.after
            FROM unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[]) AS n (account, conversation, before, after)
            WHERE (c.account, c.conversation, c.complaint_id) = (n.account, n.conversation, n.before)
        """
        columns_moved = ([m[0] for m in moved], [m[1] for m in moved], [m[2] for m in moved], [m[3] for m in moved])
        updated = (await connection.exec_driver_sql(statement, columns_moved)).rowcount
    if inserted + updated != len(moves):
        raise TryLater("another router opened a complaint for one of these conversations")


async def suggest_links(
    connection: AsyncConnection, suspected: Sequence[tuple[UUID, UUID, Tie]], *, now: datetime
) -> None:
    """Suggest that a new complaint is one with an older one; `suspected` holds (new, message, tie)."""
    if not suspected:
        return
    statement = """
        INSERT INTO router.links (link_id, complaint_id, other_id, state, evidence, suggested_at)
        SELECT link_id, complaint_id, other_id, 'suggested', evidence, $5
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::jsonb[]) AS n (link_id, complaint_id, other_id, evidence)
        ON CONFLICT (complaint_id, other_id) DO NOTHING
    """
    evidence = [msgspec.json.encode({"by": t.by, "message_id": message}).decode() for _, message, t in suspected]
    await connection.exec_driver_sql(statement, (
        [event_id("link", complaint, t.complaint_id) for complaint, _, t in suspected],
        [complaint for complaint, _, _ in suspected], [t.complaint_id for _, _, t in suspected], evidence, now,
    ))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyRow:
    """A record that came early; `expired` when it has waited long enough."""

    content: str
    expired: bool


_READY = """
    DELETE FROM router.early_messages WHERE message_id IN (
        SELECT message_id FROM router.early_messages e
        WHERE e.arrived_at < $2
           OR EXISTS (SELECT FROM router.complaints c WHERE c.reference =
                  CASE WHEN e.waits_for LIKE 'complaint:%' THEN substr(e.waits_for, 11) END)
           OR EXISTS (SELECT FROM router.messages m WHERE m.message_id =
                  CASE WHEN e.waits_for LIKE 'message:%' THEN substr(e.waits_for, 9)::uuid END)
        ORDER BY arrived_at, message_id LIMIT $1 FOR UPDATE SKIP LOCKED
    )
    RETURNING content::text AS content, arrived_at < $2 AS expired
"""


async def take_ready(connection: AsyncConnection, *, limit: int, expired_before: datetime) -> list[EarlyRow]:
    """Take out what waits no longer: what it waited for is there, or it came before `expired_before`."""
    rows = await connection.exec_driver_sql(_READY, (limit, expired_before))
    return [EarlyRow(content=row.content, expired=row.expired) for row in rows]


async def insert_early(connection: AsyncConnection, rows: Sequence[tuple[UUID, str, str]], *, now: datetime) -> None:
    """Keep what came before what it belongs to: (message id, what it waits for, content)."""
    if not rows:
        return
    statement = """
        INSERT INTO router.early_messages (message_id, waits_for, arrived_at, content)
        SELECT message_id, waits_for, $4, content FROM unnest($1::uuid[], $2::text[], $3::json[])
            AS n (message_id, waits_for, content)
        ON CONFLICT (message_id) DO NOTHING
    """
    await connection.exec_driver_sql(statement, ([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows], now))
