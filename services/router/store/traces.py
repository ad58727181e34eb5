"""Finds complaints that may be the same as others: by traces that they leave, which are kept as long as they count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.domain.sameness import Likeness
from shared.ids import event_id

_MOST = 8
_READ_CHARACTERS = 2_000

# The limit is for traces that everybody leaves: the telephone number of a shop, a text that goes round.
_FIND = f"""
    SELECT DISTINCT n.complaint_id, e.complaint_id AS other
    FROM unnest($1::uuid[], $2::timestamptz[], $3::bigint[]) AS n (complaint_id, at, trace)
    CROSS JOIN LATERAL (
        SELECT t.complaint_id FROM router.traces t
        WHERE t.trace = n.trace AND t.received_at BETWEEN n.at - $4::interval AND n.at + $4::interval
          AND t.complaint_id <> n.complaint_id
        ORDER BY t.received_at DESC LIMIT {_MOST}
    ) e
"""  # noqa: S608 - a number of ours


async def leave_traces(connection: AsyncConnection, traces: Mapping[UUID, tuple[datetime, Sequence[int]]]) -> None:
    """Hold the traces of complaints, with when each was received."""
    rows = sorted((trace, complaint.int, complaint, at) for complaint, (at, left) in traces.items() for trace in left)
    if not rows:
        return
    statement = """
        INSERT INTO router.traces (trace, complaint_id, received_at)
        SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::timestamptz[]) ON CONFLICT (trace, complaint_id) DO NOTHING
    """
    await connection.exec_driver_sql(statement, ([r[0] for r in rows], [r[2] for r in rows], [r[3] for r in rows]))


async def find_candidates(
    connection: AsyncConnection, traces: Mapping[UUID, tuple[datetime, Sequence[int]]], *, within: timedelta
) -> dict[UUID, list[UUID]]:
    """Return for each complaint those that share a trace with it and came within this time before or after it."""
    asked = [(complaint, at, trace) for complaint, (at, left) in traces.items() for trace in left]
    if not asked:
        return {}
    arguments = ([a[0] for a in asked], [a[1] for a in asked], [a[2] for a in asked], within)
    found: dict[UUID, list[UUID]] = {}
    for row in await connection.exec_driver_sql(_FIND, arguments):
        found.setdefault(row.complaint_id, []).append(row.other)
    return {complaint: sorted(others) for complaint, others in found.items()}


_TOLD = f"""
    SELECT c.complaint_id, c.received_at, c.category, p.name,
           left(m.content ->> 'text', {_READ_CHARACTERS}) AS text,
           m.content ->> 'order_reference' AS order_reference,
           array(SELECT contact_point_id FROM router.contact_points x WHERE x.party_id = c.party_id) AS points,
           array(SELECT contact_point_id FROM router.contact_points x WHERE x.party_id = c.party_id AND x.verified)
               AS verified
    FROM router.complaints c
    JOIN router.parties p USING (party_id)
    JOIN router.messages m ON m.complaint_id = c.complaint_id AND m.joined_by = 'opened'
    WHERE c.complaint_id = ANY($1::uuid[])
"""  # noqa: S608 - a number of ours


async def told_of(connection: AsyncConnection, complaint_ids: Iterable[UUID]) -> Sequence[Any]:
    """Return what is compared of these complaints."""
    return (await connection.exec_driver_sql(_TOLD, (sorted(complaint_ids),))).all()


async def link_same(
    connection: AsyncConnection,
    pairs: Sequence[tuple[UUID, UUID, Likeness]],
    *,
    link_from: float | None,
    now: datetime,
) -> None:
    """Suggest that complaints are one, `(newer, older, likeness)`, or link them from `link_from` on.

    What a person or a quoted reference said of the two before stays as it is.
    """
    if not pairs:
        return
    statement = """
        INSERT INTO router.links
            (link_id, complaint_id, other_id, state, evidence, suggested_at, settled_at, settled_by)
        SELECT link_id, complaint_id, other_id, state, evidence, $6::timestamptz,
               CASE WHEN state = 'accepted' THEN $6::timestamptz END, CASE WHEN state = 'accepted' THEN 'rulebook' END
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::jsonb[])
            AS n (link_id, complaint_id, other_id, state, evidence)
        ON CONFLICT (complaint_id, other_id) DO NOTHING
    """
    states = [
        "accepted" if link_from is not None and found.score >= link_from else "suggested" for _, _, found in pairs
    ]
    await connection.exec_driver_sql(statement, (
        [event_id("link", newer, older) for newer, older, _ in pairs], [newer for newer, _, _ in pairs],
        [older for _, older, _ in pairs], states, [_evidence(found) for _, _, found in pairs], now,
    ))  # fmt: skip


async def prune_traces(connection: AsyncConnection, *, before: datetime) -> None:
    """Forget the traces of complaints that came before this."""
    await connection.exec_driver_sql("DELETE FROM router.traces WHERE received_at < $1::timestamptz", (before,))


_GROUP = """
    WITH RECURSIVE work (complaint_id) AS (
        SELECT $1::uuid
        UNION
        SELECT CASE WHEN l.complaint_id = w.complaint_id THEN l.other_id ELSE l.complaint_id END
        FROM work w JOIN router.links l
          ON l.state = 'accepted' AND (l.complaint_id = w.complaint_id OR l.other_id = w.complaint_id)
    )
    SELECT c.complaint_id, c.reference, c.account, c.channel, c.received_at, c.state, c.queue
    FROM (SELECT complaint_id FROM work LIMIT 50) w JOIN router.complaints c USING (complaint_id)
    ORDER BY c.received_at, c.complaint_id
"""


async def work_of(connection: AsyncConnection, complaint_id: UUID) -> Sequence[RowMapping]:
    """Return the complaints that are one with this by accepted links, itself included, oldest first."""
    return (await connection.exec_driver_sql(_GROUP, (complaint_id,))).mappings().all()


def _evidence(found: Likeness) -> str:
    evidence = {"by": "likeness", "score": found.score, "signs": found.signs, "alike": found.alike}
    return msgspec.json.encode(evidence).decode()
