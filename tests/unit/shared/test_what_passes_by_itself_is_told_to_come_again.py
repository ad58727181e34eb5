"""Which refusals of a database mean "later" (503), and which mean that it will not have what it was given."""

from __future__ import annotations

import asyncpg
import pytest

from shared.web.database import is_out_of_reach


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.DiskFullError,
        asyncpg.OutOfMemoryError,
        asyncpg.TooManyConnectionsError,
        asyncpg.PostgresIOError,
        asyncpg.ReadOnlySQLTransactionError,
        asyncpg.AdminShutdownError,
        ConnectionResetError,
    ],
)
def test_what_nobody_has_to_mend_is_out_of_reach(error: type[Exception]) -> None:
    assert is_out_of_reach(error("it says why"))


@pytest.mark.parametrize(
    "error", [asyncpg.UniqueViolationError, asyncpg.InvalidTextRepresentationError, asyncpg.UndefinedTableError]
)
def test_what_will_not_go_through_later_either_is_not(error: type[Exception]) -> None:
    assert not is_out_of_reach(error("it says why"))
