"""Makes messages searchable, behind the intake."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncEngine

from services.router.domain.masking import without_private
from services.router.store.words import make_searchable, take_unsearched
from services.router.usecases.turns import in_turns
from shared.rulebook.load import Rulebook

EVERY_S = 0.5
_AT_ONCE = 20


async def index_words(engine: AsyncEngine, *, rulebook: Rulebook | None) -> None:
    """Make all that waits searchable, resting four times as long as it works so that the intake keeps its share.

    Personal and payment data are left out: who may search is not thereby told whose they are. Until there is a
    rulebook nobody knows which they are, and all of it waits.
    """
    if rulebook is None:
        return
    while True:
        began = time.monotonic()
        async with engine.begin() as connection:
            waiting = await take_unsearched(connection)
            if waiting is None:
                return
            rows = []
            async for row in in_turns(waiting, at_once=_AT_ONCE):
                rows.append(replace(row, text=without_private(row.text, shapes=rulebook.taxonomy.entities)))
            await make_searchable(connection, rows)
        await asyncio.sleep(4 * (time.monotonic() - began))
