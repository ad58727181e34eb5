"""Holds what the responder tells: how complaints stand, and what was sent."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.domain.correlation import thread_id
from services.router.domain.progress import ENDED, Standpoint
from shared.contracts.progress import ComplaintProgress

# Locked in the order of the ids first, as the filing of messages does.
_ADVANCE = """
    WITH told AS (
        SELECT n.*, c.complaint_id AS id FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::timestamptz[],
            $5::timestamptz[], $6::boolean[]) AS n (complaint_id, sequence, state, at, ended_at, ended)
        JOIN router.complaints c USING (complaint_id)
        ORDER BY n.complaint_id FOR UPDATE OF c
    )
    UPDATE router.complaints c
    SET progress = t.sequence, state = t.state,
        ended_at = CASE WHEN t.ended THEN coalesce(t.ended_at, c.ended_at, t.at) END
    FROM told t WHERE c.complaint_id = t.id AND c.progress < t.sequence
"""


async def advance(connection: AsyncConnection, standpoints: Sequence[Standpoint]) -> None:
    """Hold each complaint's standpoint unless a later one is known."""
    if not standpoints:
        return
    columns = (
        [s.complaint_id for s in standpoints], [s.sequence for s in standpoints], [s.state for s in standpoints],
        [s.at for s in standpoints], [s.ended_at for s in standpoints], [s.state in ENDED for s in standpoints],
    )  # fmt: skip
    await connection.exec_driver_sql(_ADVANCE, columns)


async def remember_sent(connection: AsyncConnection, entries: Sequence[ComplaintProgress]) -> None:
    """Hold the ids of what we sent, so that an answer that quotes one finds its complaint."""
    if not entries:
        return
    statement = """
        INSERT INTO router.sent_messages (thread_id, complaint_id, at)
        SELECT * FROM unnest($1::text[], $2::uuid[], $3::timestamptz[]) ON CONFLICT DO NOTHING
    """
    columns = ([thread_id(e.provider_message_id or "") for e in entries], [e.complaint_id for e in entries], [e.at for e in entries])  # fmt: skip  # noqa: E501
    await connection.exec_driver_sql(statement, columns)
