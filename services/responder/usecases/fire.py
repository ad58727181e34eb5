"""Firing clocks: at risk, breached, or waited long enough, each once."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.domain.firing import fire
from services.responder.store import work
from services.responder.usecases.changes import Journal, record
from services.responder.usecases.promises import Promises

logger = logging.getLogger(__name__)


async def fire_due(engine: AsyncEngine, *, promises: Promises, now: datetime, limit: int) -> int:
    """Fire what is due by `now` on at most `limit` complaints and return on how many.

    The row of the complaint is locked while its clocks are read and fired: with any number of callers each fires once.
    """
    async with engine.begin() as connection:
        due = await work.lock_due(connection, now=now, limit=limit)
        journal = Journal(due)
        for held in due:
            # A copy, so that the row is stored, and its timer computed anew, even if there is nothing to fire.
            journal.add(replace(held), fire(held.state, terms=promises.terms(held.state), now=now))
        changes = journal.changes()
        for change in changes:
            if not change.entries:
                logger.error("a timer woke for nothing", extra={"complaint_id": str(change.complaint_id)})
        await record(connection, changes, now=now)
    return len(due)
