"""A desk with a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.web.database import new_engine
from tests.integration.router.stories import Desk


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """Where messages are filed."""
    url = f"postgresql+asyncpg://{database_url.partition('://')[2]}"
    engine = new_engine(url, pool=4, application="test")
    yield Desk(engine=engine)
    await engine.dispose()
