"""Holding open clocks against the rulebook in force, some complaints at a time."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.domain.rebasing import rebase
from services.responder.store import rebasing, work
from services.responder.usecases.changes import Journal, record
from services.responder.usecases.promises import Promises


async def rebase_some(
    engine: AsyncEngine, *, promises: Promises, after: UUID | None, now: datetime, limit: int
) -> tuple[UUID | None, int]:
    """Give the next complaints the dates that hold now; return the last of them (None at the end) and how many moved.

    Done again, nothing moves: whoever is killed in the middle begins anew.
    """
    async with engine.begin() as connection:
        complaints = await rebasing.next_complaints(connection, after=after, limit=limit)
        journal = Journal((await work.lock(connection, complaints)).values())
        for complaint in complaints:
            held = journal.held(complaint)
            if held is None:
                continue
            terms, before = promises.terms(held.state), promises.terms_before(held.state)
            journal.add(
                held, rebase(held.state, terms=terms, before=before, rulebook=promises.rulebook.version, now=now)
            )
        changes = journal.changes()
        await record(connection, changes, now=now)
    return (complaints[-1] if complaints else None), len(changes)
