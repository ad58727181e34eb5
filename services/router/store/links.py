"""Lists links between complaints, and takes back what was said of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.store.tables import complaints, links


async def list_links(
    connection: AsyncConnection, *, state: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[RowMapping]:
    """Return links with the references of both complaints, newest first."""
    one, other = complaints.alias("one"), complaints.alias("other")
    query = (
        select(links, one.c.reference.label("reference"), other.c.reference.label("other_reference"))
        .join(one, one.c.complaint_id == links.c.complaint_id)
        .join(other, other.c.complaint_id == links.c.other_id)
    )
    if state is not None:
        query = query.where(links.c.state == state)
    if after is not None:
        query = query.where(tuple_(links.c.suggested_at, links.c.link_id) < after)
    query = query.order_by(links.c.suggested_at.desc(), links.c.link_id.desc()).limit(limit)
    return (await connection.execute(query)).mappings().all()


async def reopen_link(connection: AsyncConnection, link_id: UUID) -> RowMapping | None:
    """Make a link a suggestion again and return it; None when there is none."""
    await connection.execute(
        update(links).where(links.c.link_id == link_id).values(state="suggested", settled_at=None, settled_by=None)
    )
    return (await connection.execute(select(links).where(links.c.link_id == link_id))).mappings().one_or_none()
