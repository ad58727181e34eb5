"""D: how fast PostgreSQL takes events when nobody asks anything: 500 a transaction by unnest over one connection.

Raw asyncpg; each event is one row of an inbox (its id) and one of an outbox (id, topic, key and a body of 1 KiB), each
table with its primary key and nothing more; fsync on, as the house has it.
"""

from __future__ import annotations

import secrets
import time
import uuid

import asyncpg

from tests.bench.bodies import BYTES

EVENTS = 500

_TABLES = """
    CREATE SCHEMA IF NOT EXISTS bulk;
    CREATE TABLE IF NOT EXISTS bulk.inbox (event_id uuid PRIMARY KEY, admitted_at timestamptz NOT NULL DEFAULT now());
    CREATE TABLE IF NOT EXISTS bulk.outbox (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event_id uuid NOT NULL, topic text NOT NULL,
        key text NOT NULL, body bytea NOT NULL
    );
    TRUNCATE bulk.inbox, bulk.outbox;
"""
_INBOX = "INSERT INTO bulk.inbox (event_id) SELECT * FROM unnest($1::uuid[]) ON CONFLICT (event_id) DO NOTHING"
_OUTBOX = """
    INSERT INTO bulk.outbox (event_id, topic, key, body)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[])
"""

Columns = tuple[list[uuid.UUID], list[str], list[str], list[bytes]]


async def bulk_rate(database_url: str, *, seconds: float) -> float:
    """Return events a second."""
    batches = [_batch() for _ in range(max(8, int(80 * seconds)))]
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(_TABLES)
        await _insert(connection, _batch())
        began, done = time.perf_counter(), 0
        for batch in batches:
            await _insert(connection, batch)
            done += EVENTS
            if time.perf_counter() - began > seconds:
                break
        return done / (time.perf_counter() - began)
    finally:
        await connection.close()


async def _insert(connection: asyncpg.Connection, batch: Columns) -> None:
    async with connection.transaction():
        await connection.execute(_INBOX, batch[0])
        await connection.execute(_OUTBOX, *batch)


def _batch() -> Columns:
    ids = [uuid.uuid4() for _ in range(EVENTS)]
    return ids, ["complaints"] * EVENTS, [i.hex for i in ids], [secrets.token_bytes(BYTES) for _ in ids]
