"""What people do to a complaint: one command, its entries, and nothing if it is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.domain.entries import Entry
from services.responder.domain.work import WorkState
from services.responder.store import work
from services.responder.store.work import Held
from services.responder.usecases.changes import Journal, record

Command = Callable[[WorkState], tuple[Entry, ...]]


class NoSuchComplaint(LookupError):
    """No complaint has this reference."""


async def act(engine: AsyncEngine, reference: str, command: Command, *, now: datetime) -> Held:
    """Record what a command says under the lock of the complaint's row; its `Refused` leaves no trace."""
    async with engine.begin() as connection:
        held = await work.lock_by_reference(connection, reference)
        if held is None:
            raise NoSuchComplaint(reference)
        entries = command(held.state)
        if not entries:
            return held
        journal = Journal([held])
        after = journal.add(held, entries)
        await record(connection, journal.changes(), now=now)
    return after
