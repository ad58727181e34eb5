"""Whether the responder does its work: what a readiness check repeats."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.jobs.notifier import Notifier
from services.responder.jobs.sender import Sender
from services.responder.jobs.timers import Timers
from services.responder.store import leases, parked
from shared.clock import Clock

_LATE: Final = timedelta(seconds=30)
_PARKED: Final = timedelta(minutes=5)


async def sending(engine: AsyncEngine, sender: Sender, *, clock: Clock) -> str | None:
    """Return None while messages leave in time, else what is wrong."""
    if sender.trouble:
        return f"waits for its database: {sender.trouble}"
    now = clock.now()
    async with engine.connect() as connection:
        late, since = await leases.backlog(connection, now=now)
    return f"{late} messages wait for {(now - since).seconds} s" if since and now - since > _LATE else None


async def firing(engine: AsyncEngine, timers: Timers, *, clock: Clock) -> str | None:
    """Return None while clocks fire and nothing of the router waits for its turn too long."""
    if timers.trouble:
        return f"the timers wait for their database: {timers.trouble}"
    now = clock.now()
    async with engine.connect() as connection:
        waiting, since = await parked.waiting(connection)
    if since and now - since > _PARKED:
        return f"{waiting} changes of the router wait for one that has not come; look at the dead letters"
    return None


async def telling(notifier: Notifier) -> str | None:
    """Return None while other systems are told; an endpoint that fails is its owner's trouble, not ours."""
    return f"waits for its database: {notifier.trouble}" if notifier.trouble else None
