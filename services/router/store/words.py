"""Makes messages searchable by their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsearched:
    """A message that waits to be searchable, with all its texts as one."""

    message_id: UUID
    complaint_id: UUID
    text: str


# Beyond this many characters the words of a text are no longer searched: a tsvector may hold 1 MiB at the most.
_TAKE = """
    WITH taken AS (
        DELETE FROM router.unsearched WHERE number = (
            SELECT number FROM router.unsearched ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED
        ) RETURNING message_ids
    ), named AS (SELECT DISTINCT unnest(message_ids) AS message_id FROM taken)
    SELECT m.message_id, m.complaint_id, left(concat_ws(E'\\n',
        m.content ->> 'subject', m.content ->> 'text',
        (SELECT string_agg(c.content ->> 'text', E'\\n') FROM router.message_changes c
         WHERE c.message_id = m.message_id)
    ), 50000) AS text
    FROM taken LEFT JOIN (named JOIN router.messages m USING (message_id)) ON true
"""

_PUT = """
    INSERT INTO router.message_words (message_id, complaint_id, words)
    SELECT message_id, complaint_id, to_tsvector('simple', text)
    FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS n (message_id, complaint_id, text)
    ON CONFLICT (message_id) DO UPDATE SET words = excluded.words
"""


async def take_unsearched(connection: AsyncConnection) -> list[Unsearched] | None:
    """Take out the messages of the oldest batch; None when there was none."""
    rows = (await connection.exec_driver_sql(_TAKE)).all()
    if not rows:
        return None
    return [
        Unsearched(message_id=row.message_id, complaint_id=row.complaint_id, text=row.text)
        for row in rows
        if row.message_id is not None
    ]


async def make_searchable(connection: AsyncConnection, rows: Sequence[Unsearched]) -> None:
    """Let messages be found by the words of these texts."""
    arguments = ([r.message_id for r in rows], [r.complaint_id for r in rows], [r.text for r in rows])
    await connection.exec_driver_sql(_PUT, arguments)
