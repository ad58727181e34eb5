"""SQL as it is written, with arrays for bulk statements: the hot paths' way to the driver."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection


async def fetch(connection: AsyncConnection, statement: str, arguments: tuple[Any, ...] = ()) -> list[Any]:
    """Return the rows of a statement whose arguments are `$1`, `$2` and so on."""
    return list((await connection.exec_driver_sql(statement, arguments or None)).all())


async def fetch_one(connection: AsyncConnection, statement: str, arguments: tuple[Any, ...] = ()) -> Any:
    """Return the first row, or None."""
    return (await connection.exec_driver_sql(statement, arguments or None)).first()


async def run(connection: AsyncConnection, statement: str, arguments: tuple[Any, ...] = ()) -> None:
    """Run a statement for what it changes."""
    await connection.exec_driver_sql(statement, arguments or None)
