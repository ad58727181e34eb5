"""Reads one complaint whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, Table, Text, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.store.tables import (
    complaints,
    contact_points,
    corrections,
    decisions,
    links,
    message_changes,
    messages,
    parties,
    transfers,
)

Rows = Sequence[RowMapping]


async def complaint_by(connection: AsyncConnection, reference: str, *, lock: bool = False) -> RowMapping | None:
    """Return the row of the complaint with this reference, locked if it is to be changed."""
    query = select(complaints).where(complaints.c.reference == reference)
    return (await connection.execute(query.with_for_update() if lock else query)).mappings().one_or_none()


async def filed_in(connection: AsyncConnection, message_id: UUID) -> str | None:
    """Return the reference of the complaint that holds a message; None when no complaint does."""
    held = messages.c.complaint_id == complaints.c.complaint_id
    query = select(complaints.c.reference).where(held, messages.c.message_id == message_id)
    return (await connection.execute(query)).scalar_one_or_none()


async def messages_of(connection: AsyncConnection, complaint_id: UUID) -> Rows:
    """Return the messages in the order in which they came; `content` is JSON text."""
    query = select(
        messages.c.message_id, messages.c.joined_by, literal_column("messages.content::text").label("content")
    ).where(messages.c.complaint_id == complaint_id)
    return await _rows(connection, query.order_by(messages.c.received_at, messages.c.message_id))


async def changes_of(connection: AsyncConnection, message_ids: Sequence[UUID]) -> Rows:
    """Return edits and removals of these messages, oldest first; `content` is JSON text."""
    c = message_changes.c
    query = select(c.message_id, c.kind, c.at, literal_column("message_changes.content::text").label("content"))
    return await _rows(connection, query.where(c.message_id.in_(message_ids)).order_by(c.at, c.change_id))


async def opening_message(connection: AsyncConnection, complaint_id: UUID) -> str:
    """Return the content of the message that opened a complaint."""
    query: Select[str] = select(literal_column("messages.content::text", Text)).where(
        messages.c.complaint_id == complaint_id, messages.c.joined_by == "opened"
    )
    return (await connection.execute(query)).scalar_one()


async def party_of(connection: AsyncConnection, party_id: UUID) -> tuple[RowMapping, Rows]:
    """Return a party and its contact points."""
    party = (await connection.execute(select(parties).where(parties.c.party_id == party_id))).mappings().one()
    p = contact_points.c
    points = select(p.kind, p.value, p.verified, p.first_seen_at).where(p.party_id == party_id)
    return party, await _rows(connection, points.order_by(p.first_seen_at, p.kind, p.value))


async def decision_of(connection: AsyncConnection, complaint_id: UUID, number: int) -> str:
    """Return one decision as JSON text."""
    query: Select[str] = select(literal_column("decisions.body::text", Text)).where(
        decisions.c.complaint_id == complaint_id, decisions.c.number == number
    )
    return (await connection.execute(query)).scalar_one()


async def links_of(connection: AsyncConnection, complaint_id: UUID) -> Rows:
    """Return the links of a complaint in both directions, each with the `reference` of the other side."""
    other = complaints.alias("other")
    query = (
        select(links, other.c.reference)
        .join(other, other.c.complaint_id.in_([links.c.complaint_id, links.c.other_id]))
        .where(
            or_(links.c.complaint_id == complaint_id, links.c.other_id == complaint_id),
            other.c.complaint_id != complaint_id,
        )
    )
    return await _rows(connection, query.order_by(links.c.suggested_at, links.c.link_id))


async def transfers_of(connection: AsyncConnection, complaint_id: UUID) -> Rows:
    """Return the transfers, oldest first."""
    return await _history(connection, transfers, complaint_id, "number")


async def corrections_of(connection: AsyncConnection, complaint_id: UUID) -> Rows:
    """Return the corrections of the category, oldest first."""
    return await _history(connection, corrections, complaint_id, "decision")


async def _history(connection: AsyncConnection, table: Table, complaint_id: UUID, order: str) -> Rows:
    shown = [column for column in table.c if column.name != "complaint_id"]
    return await _rows(connection, select(*shown).where(table.c.complaint_id == complaint_id).order_by(table.c[order]))


async def _rows(connection: AsyncConnection, query: Any) -> Rows:
    return (await connection.execute(query)).mappings().all()
