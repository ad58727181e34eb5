"""Entries that are older than the chain get their links by the migration, which says so and leaves them guarded."""

from __future__ import annotations

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.cli.ledger_hands import in_part, reading
from services.responder.store.ledger import FIRST, LAST, chained_since
from shared.migrations import migrate
from tests.bench.ledger_fill import fill
from tests.support.run import CHECKOUT

_MANY = 40


async def _to(url: str, revision: str) -> None:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
    config = Config()
    config.set_main_option("script_location", str(CHECKOUT / "services/responder/store/migrations"))
    config.set_main_option("path_separator", "os")
    async with engine.begin() as connection:
        config.attributes["connection"] = connection.sync_connection
        await connection.run_sync(lambda _: command.downgrade(config, revision))
    await engine.dispose()


async def test_what_was_there_is_chained_as_the_responder_would_have(database_url: str) -> None:
    entries = await fill(database_url, complaints=_MANY)
    connection = await asyncpg.connect(database_url)
    try:
        every = "SELECT complaint_id, seq, link FROM responder.timeline ORDER BY complaint_id, seq"
        heads = "SELECT complaint_id, head FROM responder.work ORDER BY complaint_id"
        before = await connection.fetch(every), await connection.fetch(heads)
        await _to(database_url, "0001")
        with pytest.raises(asyncpg.UndefinedColumnError):
            await connection.fetch(every)
        await migrate(url=database_url, service="responder")
        assert (await connection.fetch(every), await connection.fetch(heads)) == before
        for refused in ("UPDATE responder.timeline SET kind = 'closed'", "TRUNCATE responder.timeline"):
            with pytest.raises(asyncpg.RaiseError, match="ledger"):
                await connection.execute(f"SET session_replication_role = replica; {refused}")
    finally:
        await connection.close()
    async with reading(database_url) as fetch:
        found = await in_part(fetch, after=FIRST, until=LAST)
        said = await chained_since(fetch)
    assert (found.complaints, found.entries, found.differences) == (_MANY, entries, [])
    assert said is not None
    assert said.startswith(f"the links of the first {entries} entries were computed on 20")


async def test_a_new_ledger_has_nothing_to_say_of_older_entries(database_url: str) -> None:
    async with reading(database_url) as fetch:
        assert await chained_since(fetch) is None
