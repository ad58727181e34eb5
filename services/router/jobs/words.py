"""Makes messages searchable, behind the intake."""

from __future__ import annotations

import asyncio
import time

from sqlalchemy.ext.asyncio import AsyncEngine

from services.router.store.words import index_one_batch

EVERY_S = 0.5


async def index_words(engine: AsyncEngine) -> None:
    """Make all that waits searchable, resting four times as long as it works so that the intake keeps its share."""
    while True:
        began = time.monotonic()
        async with engine.begin() as connection:
            if not await index_one_batch(connection):
                return
        await asyncio.sleep(4 * (time.monotonic() - began))
