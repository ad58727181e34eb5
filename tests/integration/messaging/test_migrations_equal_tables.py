"""What the migrations make is what the tables say, in every service, also when several processes start at once."""

from __future__ import annotations

import asyncio
from importlib import import_module

import pytest
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.messaging.tables import create_messaging_tables, messaging_tables
from shared.migrations import differences, migrate, services_with_tables


@pytest.mark.parametrize("service", services_with_tables())
async def test_migrations_make_the_tables_of(service: str, empty_database_url: str) -> None:
    await asyncio.gather(*(migrate(url=empty_database_url, service=service) for _ in range(3)))
    tables = import_module(f"services.{service}.store.tables")
    assert await differences(url=empty_database_url, metadata=tables.metadata) == []


async def test_a_table_that_differs_is_noticed(empty_database_url: str) -> None:
    engine = create_async_engine(empty_database_url.replace("postgresql://", "postgresql+asyncpg://"))
    metadata = MetaData(schema="desk")
    messaging_tables(metadata)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE SCHEMA desk"))
        for statement in create_messaging_tables("desk"):
            await connection.execute(text(statement))
    assert await differences(url=empty_database_url, metadata=metadata) == []
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE desk.inbox ADD COLUMN stray int"))
        await connection.execute(text("ALTER TABLE desk.outbox ALTER COLUMN lane TYPE int"))
    found = await differences(url=empty_database_url, metadata=metadata)
    assert len(found) == 2, found
    await engine.dispose()
