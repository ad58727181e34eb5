"""Requests that come together ask the database for the accounts once, and see each change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from services.ingest.usecases.account_directory import AccountDirectory
from shared.channel_registry import registry
from shared.sealing import Sealer
from shared.web.database import new_engine


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    url = database_url.replace("postgresql://", "postgresql+asyncpg://", 1)
    made = new_engine(url, pool=2, application="test")
    yield made
    await made.dispose()


async def test_a_hundred_requests_at_once_are_one_question_to_the_database(engine: AsyncEngine) -> None:
    asked: list[str] = []

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "accounts" in statement:
            asked.append(statement)

    directory = AccountDirectory(engine=engine, sealer=Sealer(bytes(32)), channels=registry())
    assert await asyncio.gather(*(directory.find("nobody") for _ in range(100))) == [None] * 100
    assert len(asked) == 1
    directory.refresh()
    await directory.find("nobody")
    assert len(asked) == 2


async def test_a_change_during_the_look_is_looked_at_again(engine: AsyncEngine) -> None:
    asked: list[str] = []
    directory = AccountDirectory(engine=engine, sealer=Sealer(bytes(32)), channels=registry())

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def change_meanwhile(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "accounts" in statement:
            asked.append(statement)
            if len(asked) == 1:
                directory.refresh()

    await directory.find("nobody")
    await directory.find("nobody")
    await directory.find("nobody")
    assert len(asked) == 2
