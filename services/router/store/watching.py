"""What the watch for surges reads: who watches, what was opened since, and what was usual before."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

LEASE = timedelta(seconds=30)
"""After this long without a sign of life another router takes the watch over."""

_BATCHES_AT_ONCE = 4
_PAGE = 1_000
_READ_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedRow:
    """A complaint as the watch reads it: what it was filed under, and the words that opened it."""

    complaint_id: UUID
    reference: str
    party_id: UUID
    received_at: datetime
    account: str
    category: str
    subcategory: str | None
    subject: str | None
    text: str
    metadata: dict[str, str]


async def hold_watch(connection: AsyncConnection, *, holder: UUID, now: datetime) -> bool | None:
    """Hold the watch until the transaction ends: True when it was held before, False when it is new, None when not.

    Another router may hold it, or lie dead with it for a while yet; or it is just at it.
    """
    statement = "SELECT holder, seen_at FROM router.watch WHERE name = 'surges' FOR UPDATE SKIP LOCKED"
    row = (await connection.exec_driver_sql(statement)).one_or_none()
    if row is None or (row.holder != holder and row.seen_at > now - LEASE):
        return None
    await connection.exec_driver_sql(
        "UPDATE router.watch SET holder = $1::uuid, seen_at = $2::timestamptz WHERE name = 'surges'", (holder, now)
    )
    return bool(row.holder == holder)


_COLUMNS = f"""
    c.complaint_id, c.reference, c.party_id, c.received_at, c.account, c.category, c.subcategory,
    m.content ->> 'subject' AS subject, left(m.content ->> 'text', {_READ_CHARACTERS}) AS text,
    coalesce(m.content ->> 'metadata', '{{}}') AS metadata
"""

# A robot's mail and what is no complaint are not watched: a wave of advertising is no incident.
_WATCHED = "c.automatic IS NULL AND c.category <> $1::text"

_FRESH = f"""
    WITH taken AS (
        DELETE FROM router.unwatched WHERE number IN (
            SELECT number FROM router.unwatched ORDER BY number LIMIT {_BATCHES_AT_ONCE}
        ) RETURNING complaint_ids
    ), opened AS (SELECT unnest(complaint_ids) AS complaint_id FROM taken)
    SELECT {_COLUMNS}
    FROM opened JOIN router.complaints c USING (complaint_id)
    JOIN router.messages m ON m.complaint_id = c.complaint_id AND m.joined_by = 'opened'
    WHERE {_WATCHED}
    ORDER BY c.received_at, c.complaint_id
"""  # noqa: S608 - columns and numbers of ours


async def anything_unwatched(connection: AsyncConnection) -> bool:
    """Whether complaints were opened that nobody has looked at yet."""
    return bool((await connection.exec_driver_sql("SELECT EXISTS (SELECT FROM router.unwatched)")).scalar_one())


async def take_unwatched(connection: AsyncConnection, *, besides: str) -> Sequence[WatchedRow]:
    """Take out the complaints of the oldest batches in the order in which they came, none of the category `besides`."""
    return [_row(row) for row in await connection.exec_driver_sql(_FRESH, (besides,))]


_PAST = f"""
    SELECT {_COLUMNS}
    FROM router.complaints c
    JOIN router.messages m ON m.complaint_id = c.complaint_id AND m.joined_by = 'opened'
    WHERE (c.received_at, c.complaint_id) > ($2::timestamptz, $3::uuid) AND {_WATCHED}
      AND NOT EXISTS (SELECT FROM router.unwatched u WHERE c.complaint_id = ANY(u.complaint_ids))
    ORDER BY c.received_at, c.complaint_id LIMIT {_PAGE}
"""  # noqa: S608 - columns and numbers of ours


async def watched_before(
    connection: AsyncConnection, *, since: datetime, at_most: int, besides: str
) -> AsyncIterator[Sequence[WatchedRow]]:
    """Yield, in pages and in order, the newest complaints that were looked at before, none older than `since`."""
    place = (await _first(connection, since=since, at_most=at_most), UUID(int=0))
    while rows := [_row(row) for row in await connection.exec_driver_sql(_PAST, (besides, *place))]:
        yield rows
        place = (rows[-1].received_at, rows[-1].complaint_id)


async def _first(connection: AsyncConnection, *, since: datetime, at_most: int) -> datetime:
    statement = "SELECT received_at FROM router.complaints ORDER BY received_at DESC OFFSET $1::integer LIMIT 1"
    nth: datetime | None = (await connection.exec_driver_sql(statement, (at_most,))).scalar_one_or_none()
    return since if nth is None else max(since, nth)


def _row(row: Any) -> WatchedRow:
    return WatchedRow(
        complaint_id=row.complaint_id, reference=row.reference, party_id=row.party_id, received_at=row.received_at,
        account=row.account, category=row.category, subcategory=row.subcategory, subject=row.subject,
        text=row.text or "", metadata=msgspec.json.decode(row.metadata, type=dict[str, str]),
    )  # fmt: skip
