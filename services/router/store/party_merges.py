"""Holds that two parties are one person. Nothing of either is changed, so that taking it back loses nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

# Merging is rare: one after the other, two that run beside each other cannot make a ring.
_ALONE = "SELECT pg_advisory_xact_lock(hashtext('router.party_merges'))"

_ROOT = """
    WITH RECURSIVE up (party_id) AS (
        SELECT $1::uuid
        UNION
        SELECT m.into_id FROM up JOIN router.party_merges m ON m.party_id = up.party_id AND m.unmerged_at IS NULL
    )
    SELECT p.party_id FROM up JOIN router.parties p USING (party_id)
    WHERE NOT EXISTS (
        SELECT FROM router.party_merges m WHERE m.party_id = up.party_id AND m.unmerged_at IS NULL
    )
"""

_MEMBERS = """
    WITH RECURSIVE down (party_id) AS (
        SELECT $1::uuid
        UNION
        SELECT m.party_id FROM down JOIN router.party_merges m ON m.into_id = down.party_id AND m.unmerged_at IS NULL
    )
    SELECT p.party_id, p.name, p.internal, p.first_seen_at FROM down JOIN router.parties p USING (party_id)
    ORDER BY p.party_id <> $1::uuid, p.first_seen_at, p.party_id
"""


async def begin_merging(connection: AsyncConnection) -> None:
    """Wait until nobody else merges; until the transaction ends nobody else does."""
    await connection.exec_driver_sql(_ALONE)


async def root_of(connection: AsyncConnection, party_id: UUID) -> UUID | None:
    """Return the party that a party was merged into in the end, itself when it was not; None when there is none."""
    return (await connection.exec_driver_sql(_ROOT, (party_id,))).scalar_one_or_none()


async def members_of(connection: AsyncConnection, root: UUID) -> Sequence[RowMapping]:
    """Return the parties that were merged into one, that one first."""
    return (await connection.exec_driver_sql(_MEMBERS, (root,))).mappings().all()


async def points_of(connection: AsyncConnection, party_ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """Return the contact points of parties, each with whose it is."""
    statement = """
        SELECT party_id, contact_point_id, kind, value, verified, first_seen_at FROM router.contact_points
        WHERE party_id = ANY($1::uuid[]) ORDER BY first_seen_at, kind, value
    """
    return (await connection.exec_driver_sql(statement, (list(party_ids),))).mappings().all()


async def complaints_of(connection: AsyncConnection, party_ids: Sequence[UUID], *, limit: int) -> Sequence[RowMapping]:
    """Return the newest complaints of parties, each with whose it is."""
    statement = """
        SELECT party_id, complaint_id, reference, account, channel, received_at, state, queue FROM router.complaints
        WHERE party_id = ANY($1::uuid[]) ORDER BY received_at DESC, complaint_id LIMIT $2::integer
    """
    return (await connection.exec_driver_sql(statement, (list(party_ids), limit))).mappings().all()


async def insert_merge(
    connection: AsyncConnection, *, party_id: UUID, into: UUID, vouched: bool, reason: str, by: str, now: datetime
) -> None:
    """Hold that a party is one with another; `vouched` when a channel vouches for a contact point of both."""
    statement = """
        INSERT INTO router.party_merges (party_id, into_id, vouched, reason, merged_at, merged_by)
        VALUES ($1::uuid, $2::uuid, $3::boolean, $4::text, $5::timestamptz, $6::text)
    """
    await connection.exec_driver_sql(statement, (party_id, into, vouched, reason, now, by))


async def end_merge(connection: AsyncConnection, *, party_id: UUID, by: str, now: datetime) -> bool:
    """Take the merge of a party back; False when there is none."""
    statement = """
        UPDATE router.party_merges SET unmerged_at = $3::timestamptz, unmerged_by = $2::text
        WHERE party_id = $1::uuid AND unmerged_at IS NULL
    """
    return (await connection.exec_driver_sql(statement, (party_id, by, now))).rowcount == 1
