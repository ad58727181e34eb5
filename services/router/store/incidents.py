"""Holds incidents: what was noticed, the complaints that belong to it, and what people said of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import RowMapping, Select, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.domain.surges.detector import Surge
from services.router.domain.surges.signs import Sign
from services.router.store.joining_tables import incident_complaints, incidents
from services.router.store.tables import complaints

_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class GoingIncident:
    """An incident that has not ended, as the detector goes on with it."""

    incident_id: UUID
    surge: Surge


async def insert_incident(connection: AsyncConnection, incident_id: UUID, surge: Surge) -> None:
    """Offer an incident."""
    statement = """
        INSERT INTO router.incidents
            (incident_id, state, signs, began_at, noticed_at, customers, usual, unlikeliness)
        VALUES ($1::uuid, 'offered', $2::jsonb, $3::timestamptz, $4::timestamptz, $5::integer, $6::float8, $7::float8)
        ON CONFLICT (incident_id) DO NOTHING
    """
    await connection.exec_driver_sql(statement, (
        incident_id, _encoded(surge), surge.began_at, surge.noticed_at, surge.customers, surge.usual,
        surge.unlikeliness,
    ))  # fmt: skip


async def widen_incident(connection: AsyncConnection, incident_id: UUID, surge: Surge) -> None:
    """Hold what more an incident is known by."""
    await connection.exec_driver_sql(
        "UPDATE router.incidents SET signs = $2::jsonb, customers = $3::integer WHERE incident_id = $1::uuid",
        (incident_id, _encoded(surge), surge.customers),
    )


async def link_to_incidents(connection: AsyncConnection, pairs: Iterable[tuple[UUID, UUID]]) -> None:
    """Link complaints to incidents, `(incident, complaint)`; one that was rejected gets no more of them."""
    rows = sorted(set(pairs), key=lambda pair: (pair[0].int, pair[1].int))
    if not rows:
        return
    statement = """
        INSERT INTO router.incident_complaints (incident_id, complaint_id)
        SELECT n.incident_id, n.complaint_id FROM unnest($1::uuid[], $2::uuid[]) AS n (incident_id, complaint_id)
        JOIN router.incidents i ON i.incident_id = n.incident_id AND i.state <> 'rejected'
        ON CONFLICT (incident_id, complaint_id) DO NOTHING
    """
    await connection.exec_driver_sql(statement, ([row[0] for row in rows], [row[1] for row in rows]))


async def end_incidents(connection: AsyncConnection, incident_ids: Sequence[UUID], *, now: datetime) -> None:
    """Hold that these incidents have ended; what people said of them stays."""
    if incident_ids:
        await connection.exec_driver_sql(
            "UPDATE router.incidents SET ended_at = $2::timestamptz"
            " WHERE incident_id = ANY($1::uuid[]) AND ended_at IS NULL",
            (list(incident_ids), now),
        )


async def going_incidents(connection: AsyncConnection) -> list[GoingIncident]:
    """Return the incidents that have not ended, oldest first."""
    query = select(incidents).where(incidents.c.ended_at.is_(None)).order_by(incidents.c.noticed_at)
    return [
        GoingIncident(
            incident_id=row["incident_id"],
            surge=Surge(
                signs=tuple(Sign(**sign) for sign in row["signs"]), began_at=row["began_at"],
                noticed_at=row["noticed_at"], customers=row["customers"], usual=row["usual"],
                unlikeliness=row["unlikeliness"],
            ),
        )
        for row in (await connection.execute(query)).mappings()
    ]  # fmt: skip


async def list_incidents(
    connection: AsyncConnection,
    *,
    state: str | None,
    ended: bool | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[RowMapping]:
    """Return incidents with the number of their complaints, newest first."""
    query = _counted()
    if state is not None:
        query = query.where(incidents.c.state == state)
    if ended is not None:
        query = query.where(incidents.c.ended_at.is_not(None) if ended else incidents.c.ended_at.is_(None))
    if after is not None:
        query = query.where(tuple_(incidents.c.noticed_at, incidents.c.incident_id) < after)
    query = query.order_by(incidents.c.noticed_at.desc(), incidents.c.incident_id.desc()).limit(limit)
    return (await connection.execute(query)).mappings().all()


async def incident_by(connection: AsyncConnection, incident_id: UUID) -> RowMapping | None:
    """Return one incident with the number of its complaints."""
    query = _counted().where(incidents.c.incident_id == incident_id)
    return (await connection.execute(query)).mappings().one_or_none()


async def settle_incident(
    connection: AsyncConnection, incident_id: UUID, *, state: str, by: str, now: datetime
) -> None:
    """Accept or reject an incident; the same again changes nothing."""
    statement = (
        update(incidents)
        .where(incidents.c.incident_id == incident_id, incidents.c.state != state)
        .values(state=state, settled_at=now, settled_by=by)
    )
    await connection.execute(statement)


async def complaints_of(
    connection: AsyncConnection, incident_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[RowMapping]:
    """Return the complaints of an incident, newest first."""
    c = complaints.c
    query = (
        select(c.complaint_id, c.reference, c.received_at, c.state, c.queue, c.channel, c.language, c.severity)
        .join(incident_complaints, incident_complaints.c.complaint_id == c.complaint_id)
        .where(incident_complaints.c.incident_id == incident_id)
    )
    if after is not None:
        query = query.where(tuple_(c.received_at, c.complaint_id) < after)
    query = query.order_by(c.received_at.desc(), c.complaint_id.desc()).limit(limit)
    return (await connection.execute(query)).mappings().all()


async def examples_of(connection: AsyncConnection, incident_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Return the references of the first complaints of each incident."""
    statement = f"""
        SELECT i.incident_id, e.reference FROM unnest($1::uuid[]) AS i (incident_id)
        CROSS JOIN LATERAL (
            SELECT c.reference, c.received_at FROM router.incident_complaints l
            JOIN router.complaints c USING (complaint_id) WHERE l.incident_id = i.incident_id
            ORDER BY c.received_at, c.complaint_id LIMIT {_EXAMPLES}
        ) e ORDER BY e.received_at
    """  # noqa: S608 - a number of ours
    found: dict[UUID, list[str]] = {}
    for row in await connection.exec_driver_sql(statement, (list(incident_ids),)):
        found.setdefault(row.incident_id, []).append(row.reference)
    return found


async def incidents_of(connection: AsyncConnection, complaint_id: UUID) -> Sequence[RowMapping]:
    """Return the incidents that a complaint belongs to, but for those that were rejected."""
    query = (
        _counted()
        .where(
            incidents.c.incident_id.in_(
                select(incident_complaints.c.incident_id).where(incident_complaints.c.complaint_id == complaint_id)
            ),
            incidents.c.state != "rejected",
        )
        .order_by(incidents.c.noticed_at)
    )
    return (await connection.execute(query)).mappings().all()


def _counted() -> Select[tuple[object, ...]]:
    counted = (
        select(func.count())
        .select_from(incident_complaints)
        .where(incident_complaints.c.incident_id == incidents.c.incident_id)
        .scalar_subquery()
    )
    return select(incidents, counted.label("complaints"))


def _encoded(surge: Surge) -> str:
    signs = [{"topic": s.topic, "account": s.account, "word": s.word} for s in surge.signs]
    return msgspec.json.encode(signs).decode()
