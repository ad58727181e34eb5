"""A desk with a database of its own, and a whole router on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.router.settings import RouterSettings
from shared.web.database import new_engine
from tests.integration.router.running import RunningRouter, running_router
from tests.integration.router.stories import Desk


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """Where messages are filed."""
    url = f"postgresql+asyncpg://{database_url.partition('://')[2]}"
    engine = new_engine(url, pool=4, application="test")
    yield Desk(engine=engine)
    await engine.dispose()


@pytest.fixture
async def router(
    database_url: str, kafka_bootstrap_servers: str, topic_prefix: str, tmp_path: Path
) -> AsyncIterator[RunningRouter]:
    """A whole router, with the default rulebook."""
    settings = RouterSettings(
        database_url=database_url,
        kafka_bootstrap_servers=kafka_bootstrap_servers,
        topic_prefix=topic_prefix,
        house_key_file=tmp_path / "house.key",
        blob_url=f"file:{tmp_path}/blobs",
        patience_s=3600,
    )
    async with running_router(settings) as running:
        yield running
