"""The ledger: entries are added, never changed; the table refuses anything else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.domain.entries import Entry
from services.responder.store.sql import fetch, run


async def append(connection: AsyncConnection, entries: Sequence[tuple[UUID, Entry, bytes]]) -> None:
    """Add entries, each with its link in the chain; an entry whose place is taken is refused by the primary key."""
    if not entries:
        return
    await run(
        connection,
        """
        INSERT INTO responder.timeline (complaint_id, seq, at, kind, "by", data, link)
        SELECT c, s, a, k, b, d::jsonb, l
        FROM unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::bytea[])
            AS given (c, s, a, k, b, d, l)
        """,
        (
            [complaint for complaint, _, _ in entries],
            [entry.seq for _, entry, _ in entries],
            [entry.at for _, entry, _ in entries],
            [entry.kind for _, entry, _ in entries],
            [entry.by for _, entry, _ in entries],
            [msgspec.json.encode(entry.data).decode() for _, entry, _ in entries],
            [link for _, _, link in entries],
        ),
    )


async def read(connection: AsyncConnection, complaint: UUID, *, after: int = 0, limit: int = 100_000) -> list[Entry]:
    """Return the entries behind `after`, in order."""
    rows = await fetch(
        connection,
        """
        SELECT seq, at, kind, "by", data FROM responder.timeline
        WHERE complaint_id = $1 AND seq > $2 ORDER BY seq LIMIT $3
        """,
        (complaint, after, limit),
    )
    return [_entry(row) for row in rows]


async def of_kinds(connection: AsyncConnection, complaint: UUID, *, kinds: Sequence[str]) -> list[Entry]:
    """Return the entries of some kinds, in order."""
    rows = await fetch(
        connection,
        """
        SELECT seq, at, kind, "by", data FROM responder.timeline
        WHERE complaint_id = $1 AND kind = ANY($2::text[]) ORDER BY seq
        """,
        (complaint, list(kinds)),
    )
    return [_entry(row) for row in rows]


def _entry(row: Any) -> Entry:
    return Entry(seq=row[0], at=row[1], kind=row[2], by=row[3], data=row[4])
