"""Makes messages searchable by their words."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

# Beyond this many characters the words of a text are no longer searched: a tsvector may hold 1 MiB at the most.
_INDEX = """
    WITH taken AS (
        DELETE FROM router.unsearched WHERE number = (
            SELECT number FROM router.unsearched ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED
        ) RETURNING message_ids
    ), named AS (SELECT DISTINCT unnest(message_ids) AS message_id FROM taken), put AS (
        INSERT INTO router.message_words (message_id, complaint_id, words)
        SELECT m.message_id, m.complaint_id, to_tsvector('simple', left(concat_ws(' ',
            m.content ->> 'subject', m.content ->> 'text',
            (SELECT string_agg(c.content ->> 'text', ' ') FROM router.message_changes c
             WHERE c.message_id = m.message_id)
        ), 50000))
        FROM named JOIN router.messages m USING (message_id)
        ON CONFLICT (message_id) DO UPDATE SET words = excluded.words
    )
    SELECT count(*) AS batches FROM taken
"""


async def index_one_batch(connection: AsyncConnection) -> bool:
    """Make the messages of the oldest batch searchable; False when there was none."""
    return bool((await connection.exec_driver_sql(_INDEX)).scalar_one())
