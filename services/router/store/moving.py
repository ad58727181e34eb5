"""Writes what staff change: queues, categories, links."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.store.tables import complaints, corrections, links, transfers
from shared.contracts.parts import Decision

_SEARCHED = ("queue", "playbook", "priority", "policy", "category", "subcategory", "severity", "language")


async def put_decision(
    connection: AsyncConnection, complaint: RowMapping, decision: Decision, *, cause: str, now: datetime, **also: Any
) -> int:
    """Put another decision in force on a locked complaint and return its number; `also` are more columns to set."""
    number: int = complaint["decision"] + 1
    body = msgspec.json.encode(decision).decode()
    await connection.exec_driver_sql(
        """
        INSERT INTO router.decisions (complaint_id, number, made_at, cause, rulebook, body)
        VALUES ($1::uuid, $2::integer, $3::timestamptz, $4::text, $5::text, $6::json)
        """,
        (complaint["complaint_id"], number, now, cause, decision.rulebook, body),
    )
    values = {name: getattr(decision, name) for name in _SEARCHED} | {"decision": number} | also
    await connection.execute(
        update(complaints).where(complaints.c.complaint_id == complaint["complaint_id"]).values(values)
    )
    return number


async def insert_transfer(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    """Hold one transfer."""
    await connection.execute(insert(transfers).values(values))


async def queues_left(connection: AsyncConnection, complaint_id: UUID) -> set[str]:
    """Return the queues that a complaint was transferred away from."""
    query = select(transfers.c.from_queue).where(transfers.c.complaint_id == complaint_id)
    return set((await connection.execute(query)).scalars())


async def insert_correction(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    """Hold one correction."""
    await connection.execute(insert(corrections).values(values))


async def settle_link(
    connection: AsyncConnection, link_id: UUID, *, state: str, by: str, now: datetime
) -> RowMapping | None:
    """Accept or reject a link and return it as it is then; None when there is none. The same again changes nothing."""
    await connection.execute(
        update(links)
        .where(links.c.link_id == link_id, links.c.state != state)
        .values(state=state, settled_at=now, settled_by=by)
    )
    return (await connection.execute(select(links).where(links.c.link_id == link_id))).mappings().one_or_none()


async def remember_rulebook(
    connection: AsyncConnection, *, version: str, sha256: str, content: Mapping[str, str], now: datetime
) -> None:
    """Hold a version of the rulebook for good; one that is held already stays as it is."""
    statement = """
        INSERT INTO router.rulebook_versions (version, sha256, content, first_used_at)
        VALUES ($1::text, $2::text, $3::jsonb, $4::timestamptz) ON CONFLICT (version) DO NOTHING
    """
    text = msgspec.json.encode(content).decode()
    await connection.exec_driver_sql(statement, (version, sha256, text, now))
