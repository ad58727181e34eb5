"""Holds who writes, and by which contact points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.domain.parties import Party


async def insert_parties(connection: AsyncConnection, parties: Mapping[UUID, Party], *, now: datetime) -> None:
    """Hold the parties and what they say of themselves; what was known of them stays."""
    if not parties:
        return
    # Sorted, so that two batches wait for each other and never deadlock; by number, since UUIDs compare slowly.
    rows = sorted(parties.values(), key=lambda party: party.party_id.int)
    statement = """
        INSERT INTO router.parties AS p (party_id, name, internal, first_seen_at)
        SELECT party_id, name, internal, $4 FROM unnest($1::uuid[], $2::text[], $3::boolean[])
            AS n (party_id, name, internal)
        ON CONFLICT (party_id) DO UPDATE SET name = excluded.name WHERE p.name IS NULL AND excluded.name IS NOT NULL
    """
    columns = ([r.party_id for r in rows], [r.name for r in rows], [r.internal for r in rows], now)
    await connection.exec_driver_sql(statement, columns)
    await _insert_contact_points(connection, rows, now=now)


async def _insert_contact_points(connection: AsyncConnection, parties: Sequence[Party], *, now: datetime) -> None:
    claims = {(party.party_id, p.contact_point_id): p for party in parties for p in party.contact_points}
    keys = sorted(claims, key=lambda claim: (claim[0].int, claim[1].int))
    statement = """
        INSERT INTO router.contact_points AS p
            (party_id, contact_point_id, kind, scope, value, verified, first_seen_at)
        SELECT party_id, contact_point_id, kind, scope, value, verified, $7
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::boolean[])
            AS n (party_id, contact_point_id, kind, scope, value, verified)
        ON CONFLICT (party_id, contact_point_id) DO UPDATE SET verified = true
        WHERE excluded.verified AND NOT p.verified
    """
    points = [claims[key] for key in keys]
    columns = (
        [key[0] for key in keys], [key[1] for key in keys], [p.kind for p in points], [p.scope for p in points],
        [p.value for p in points], [p.verified for p in points], now,
    )  # fmt: skip
    await connection.exec_driver_sql(statement, columns)
