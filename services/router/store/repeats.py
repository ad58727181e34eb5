"""Finds earlier complaints of whoever complains again: one statement, however many complaints a batch opens."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.domain.repeats import MOST, WITHIN, Opening

# By the points that the party itself has given; who merely joined its talk later is somebody else. Two complaints of
# one instant are told apart by their ids, so that each of them is counted before the other only one way round. The
# limits inside keep the planner on this path: a plan made while the tables were empty went through all complaints.
_EARLIER = f"""
    SELECT n.complaint_id, e.complaint_id AS earlier
    FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[]) AS n (complaint_id, received_at, point)
    CROSS JOIN LATERAL (
        SELECT c.complaint_id
        FROM (SELECT party_id FROM router.contact_points WHERE contact_point_id = n.point LIMIT {MOST}) p
        CROSS JOIN LATERAL (
            SELECT complaint_id FROM router.complaints
            WHERE party_id = p.party_id AND automatic IS NULL AND received_at > n.received_at - $4::interval
              AND (received_at, complaint_id) < (n.received_at, n.complaint_id)
            LIMIT {MOST}
        ) c
        LIMIT {MOST}
    ) e
"""  # noqa: S608 - a number of ours


async def earlier_complaints(connection: AsyncConnection, openings: Sequence[Opening]) -> dict[UUID, list[UUID]]:
    """Return for each opening the complaints on file that its contact points opened in the thirty days before it."""
    asked = [(o.complaint_id, o.received_at, point) for o in openings for point in o.points]
    if not asked:
        return {}
    arguments = ([a[0] for a in asked], [a[1] for a in asked], [a[2] for a in asked], WITHIN)
    earlier: dict[UUID, list[UUID]] = {}
    for row in await connection.exec_driver_sql(_EARLIER, arguments):
        earlier.setdefault(row.complaint_id, []).append(row.earlier)
    return earlier
