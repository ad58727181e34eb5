"""Where messaging is tried: PostgreSQL and Kafka as they are."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.messaging.tables import create_messaging_tables, messaging_tables
from tests.integration.messaging.desk import SCHEMA, Desk


@pytest.fixture
async def desk(empty_database_url: str, kafka_bootstrap_servers: str, topic_prefix: str) -> AsyncIterator[Desk]:
    """Messaging over a real PostgreSQL and a real Kafka."""
    url = empty_database_url.replace("postgresql://", "postgresql+asyncpg://")
    engine, looking = create_async_engine(url), create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE SCHEMA desk"))
        for statement in create_messaging_tables(SCHEMA):
            await connection.execute(text(statement))
        await connection.execute(
            text("CREATE TABLE desk.handled (n bigserial PRIMARY KEY, event_id uuid, key text, subject text)")
        )
    desk = Desk(
        engine=engine,
        looking=looking,
        tables=messaging_tables(MetaData(schema=SCHEMA)),
        bootstrap_servers=kafka_bootstrap_servers,
        prefix=topic_prefix,
    )
    yield desk
    for process in desk.processes:  # a test that failed has not ended them
        if process.returncode is None:
            process.kill()
            await process.wait()
    await engine.dispose()
