"""The relay's one database connection: for the lanes' locks, for LISTEN and for the rows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.messaging.outbox_rows import Connection

DATABASE_FAULTS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What ends a connection, and with it everything it guarded."""

_CONNECT_S = 5.0
_STATEMENT_S = 10.0
# Removing a published row need not be on disk at once: what is lost is published again.
# The outbox is mostly empty, so its statistics are always wrong: it is never to be scanned as a whole.
_SETTINGS = """
    SET synchronous_commit = off; SET enable_seqscan = off; SET jit = off; SET application_name = 'ascolto relay'
"""


@asynccontextmanager
async def relay_connection(
    engine: AsyncEngine, *, wake_channel: str, wake: Callable[[], None]
) -> AsyncIterator[Connection]:
    """Give a connection of the engine's database on which every notification calls `wake`; it is cut in the end."""
    _, options = engine.dialect.create_connect_args(engine.url)
    connection: Connection = await asyncpg.connect(**options, timeout=_CONNECT_S, command_timeout=_STATEMENT_S)
    try:
        await connection.execute(_SETTINGS)
        await connection.add_listener(wake_channel, lambda *_: wake())
        yield connection
    finally:
        connection.terminate()
