"""Which errors pass by themselves: the database or the network is away, or two transactions met."""

from __future__ import annotations

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.faults import TryLater

# Connection, rollback (deadlock, serialization), resources (disk full), operator (shutdown, cancel), system.
_CLASSES = ("08", "40", "53", "57", "58")
_STATES = ("55P03", "25006", "25P03")  # lock not available, read-only after a failover, idle in transaction too long


def passes(error: BaseException) -> bool:
    """Tell whether the same work may go through later although nobody mends anything."""
    if isinstance(error, (TryLater, PoolTimeout, ConnectionError, TimeoutError)):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or (error.orig is not None and passes(_cause(error.orig)))
    if isinstance(error, asyncpg.PostgresError):
        return _state_passes(error.sqlstate)
    # asyncpg's DataError is an InterfaceError too, and means that a value cannot be stored: that never passes.
    return isinstance(error, (asyncpg.InterfaceError, asyncpg.InternalClientError)) and not isinstance(
        error, ValueError
    )


def _cause(error: BaseException) -> BaseException:
    """SQLAlchemy's asyncpg dialect raises its own error from asyncpg's."""
    return error.__cause__ or error


def _state_passes(state: str | None) -> bool:
    return state is not None and (state.startswith(_CLASSES) or state in _STATES)
