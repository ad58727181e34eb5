"""Brings the schema of each service to its newest version: `python -m shared.migrations` for all of them."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from pathlib import Path
from typing import Any

from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

logger = logging.getLogger(__name__)

_SERVICES = Path(__file__).resolve().parent.parent / "services"
_LOCK = 4_201_026
"""An advisory lock: each kind of ours has its own number, `4_201_0..`; a search for that finds those taken."""
_CONNECTION = "connection"


def services_with_tables() -> tuple[str, ...]:
    """Name the services that have migrations: each is one schema of the database."""
    return tuple(sorted(folder.parent.parent.name for folder in _SERVICES.glob("*/store/migrations")))


async def migrate(*, url: str, service: str) -> None:
    """Bring one service's schema to its newest version; several processes may call this at once."""
    engine = _engine(url)
    try:
        # One transaction: a migration that fails leaves the version that was there, and the lock goes with it.
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            await connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{service}"'))
            await connection.run_sync(_upgrade, service)
    finally:
        await engine.dispose()
    logger.info("schema is at its newest version", extra={"service": service})


def run_env(metadata: MetaData, schema: str) -> None:
    """Run the migrations that Alembic asks for on the connection of `migrate`; each env.py calls this and no more."""
    connection = context.config.attributes.get(_CONNECTION)
    if connection is None:
        raise RuntimeError("migrations run through `python -m shared.migrations`, which holds the lock")
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table_schema=schema,
        include_schemas=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def differences(*, url: str, metadata: MetaData) -> list[Any]:
    """Return what Alembic would still have to change so that the database equals the tables; empty when it does."""
    engine = _engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_compare, metadata)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, service: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_SERVICES / service / "store" / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes[_CONNECTION] = connection
    command.upgrade(config, "head")


def _compare(connection: Connection, metadata: MetaData) -> list[Any]:
    def ours(name: str | None, kind: str, parents: Any) -> bool:
        if kind == "schema":
            return name == metadata.schema
        # Alembic's own table is in no metadata; partitions are made by jobs, their parent stands for them.
        return kind != "table" or f"{parents['schema_name']}.{name}" in metadata.tables

    options = {"include_schemas": True, "include_name": ours, "compare_type": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def _engine(url: str) -> AsyncEngine:
    parsed = make_url(url).set(drivername="postgresql+asyncpg")
    query = dict(parsed.query)
    mode = query.pop("sslmode", None)  # libpq's word; asyncpg calls it ssl
    return create_async_engine(
        parsed.set(query=query | ({"ssl": mode} if mode else {})),
        poolclass=NullPool,
        connect_args={"timeout": 10},
    )


async def _migrate_all(url: str) -> None:
    for service in services_with_tables():
        await migrate(url=url, service=service)


if __name__ == "__main__":
    database_url = os.environ.get("DATABASE_URL")
    if not database_url:
        sys.exit("DATABASE_URL is not set: it names the PostgreSQL database whose schemas are to be migrated.")
    asyncio.run(_migrate_all(database_url))
