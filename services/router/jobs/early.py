"""Settles what came early: as soon as it can be, and by itself once it has waited long enough."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from services.router.store.ties import EarlyRow, take_ready
from services.router.usecases.arrivals import Arrival, arrival_of
from services.router.usecases.file_messages import Rules, file_messages
from shared.contracts.received import MessageReceived

logger = logging.getLogger(__name__)

EVERY_S = 2.0
_AT_ONCE = 200


async def settle_early(*, engine: AsyncEngine, rules: Rules, now: datetime, patience: timedelta) -> int:
    """File what waited for something that is there now, or for longer than `patience`; return how many rows left."""
    async with engine.begin() as connection:
        ready = await take_ready(connection, limit=_AT_ONCE, expired_before=now - patience)
        if ready:
            arrivals = [_arrival(row) for row in ready]
            await file_messages(connection, arrivals, rules=rules, now=now)
            logger.info("early messages were settled", extra={"messages": len(ready)})
    return len(ready)


def _arrival(row: EarlyRow) -> Arrival:
    message = msgspec.json.decode(row.content, type=MessageReceived)
    return arrival_of(message, row.content, expired=row.expired)
