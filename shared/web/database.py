"""The database's engine, with a time-out on everything that could wait for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

if TYPE_CHECKING:
    Driver = asyncpg.Connection[asyncpg.Record]
else:
    Driver = asyncpg.Connection  # generic for the type checker alone

CONNECT_S = 3.0
ACQUIRE_S = 3.0
STATEMENT_S = 4.0


def new_engine(
    url: str, *, pool: int, application: str, statement_s: float = STATEMENT_S, overflow: int = 4
) -> AsyncEngine:
    """Return an engine whose connecting, acquiring and statements each end within seconds.

    Five seconds is what a vendor is made to wait for its 503; the three bounds stay below it one by one.
    """
    return create_async_engine(
        url,
        pool_size=pool,
        max_overflow=overflow,
        pool_timeout=ACQUIRE_S,
        pool_use_lifo=True,
        hide_parameters=True,
        connect_args={
            "timeout": CONNECT_S,
            "command_timeout": statement_s,
            "server_settings": {
                "application_name": application,
                "idle_in_transaction_session_timeout": "30000",
                "jit": "off",
                "timezone": "UTC",
            },
        },
    )


@asynccontextmanager
async def driver_of(engine: AsyncEngine) -> AsyncIterator[Driver]:
    """Give the driver's own connection out of the engine's pool, for a statement that is a transaction of its own.

    Nothing stands around it that would notice a broken connection: one on which anything failed is not used again.
    """
    async with engine.connect() as connection:
        pooled = await connection.get_raw_connection()
        try:
            yield cast("Driver", pooled.driver_connection)
        except BaseException as error:
            await connection.invalidate(error)
            raise


async def answers(engine: AsyncEngine) -> str | None:
    """Return None when the database answers, else what is wrong; a readiness check."""
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
    return None


def is_out_of_reach(error: BaseException) -> bool:
    """Tell whether an error means that the database is away, rather than that it refused what it was given."""
    if isinstance(error, (OSError, asyncio.TimeoutError, PoolTimeout, InterfaceError, OperationalError)):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or is_out_of_reach(_cause(error))
    return isinstance(
        error,
        (
            asyncpg.PostgresConnectionError,
            asyncpg.InterfaceError,
            asyncpg.CannotConnectNowError,
            asyncpg.AdminShutdownError,
            asyncpg.CrashShutdownError,
            asyncpg.InsufficientResourcesError,  # too many connections, no memory, no disk
            asyncpg.PostgresSystemError,
            asyncpg.ReadOnlySQLTransactionError,  # a failover has left us at a server that only reads
            asyncpg.QueryCanceledError,
            asyncpg.InternalClientError,
        ),
    )


def _cause(error: DBAPIError) -> BaseException:
    original = error.orig
    return original.__cause__ or original if original is not None else ValueError("no cause")
