"""Settling a batch: one transaction if it goes, else bisected until what is at fault stands alone."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.clock import Clock
from shared.fault_point import fault_point
from shared.faults import TryLater, Unprocessable
from shared.messaging.arrivals import Arrival
from shared.messaging.dead_letters import Fault, bury
from shared.messaging.inbox import admit
from shared.messaging.passing import passes
from shared.messaging.reasons import HANDLER_FAILED, UNPROCESSABLE
from shared.messaging.records import Record
from shared.messaging.tables import MessagingTables
from shared.messaging.telling import told

logger = logging.getLogger(__name__)

_PROBES = 8


class BatchHandler(Protocol):
    """What a service does with records: their effects are in the transaction given, and nowhere else."""

    async def __call__(self, connection: AsyncConnection, records: Sequence[Record], *, now: datetime) -> None:
        """Handle records none of which was settled before; any part of a batch may be given alone, or again.

        TryLater: all of it waits. Any other error: the record at fault is searched for and becomes a dead letter.
        """
        ...


class Held(Exception):
    """A run of records fails and none beside them goes through: the fault is ours, so nothing becomes a dead letter."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.reason} {fault.exception or ''}".strip())


class Settlement:
    """Settles batches for one consumer; `run` is how many records in a row have failed."""

    def __init__(
        self,
        *,
        engine: AsyncEngine,
        tables: MessagingTables,
        handler: BatchHandler,
        clock: Clock,
        dead_topic: str,
        limit: int,
    ) -> None:
        self._engine = engine
        self._tables = tables
        self._handler = handler
        self._clock = clock
        self._dead_topic = dead_topic
        self._limit = limit
        self._suspects: list[tuple[Record, Fault]] = []
        self.run = 0

    async def settle(self, arrivals: Sequence[Arrival]) -> list[Fault]:
        """Settle all arrivals, in order; return the faults of those that became dead letters.

        Held or TryLater: a part may be settled, none is a dead letter; the same arrivals must be given again.
        """
        self._suspects = []
        try:
            await self._part(arrivals, after=())
            await self._bury()
        except Exception as error:
            if isinstance(error, OSError) or (passes(error) and not isinstance(error, TryLater)):
                raise TryLater(type(error).__name__) from error
            raise
        return [fault for _, fault in self._suspects]

    async def _part(self, arrivals: Sequence[Arrival], *, after: Sequence[Arrival]) -> None:
        """Settle a part of a batch; `after` is what comes behind it and is still untried."""
        readable = [arrival.record for arrival in arrivals if arrival.fault is None]
        fault = await self._attempt(readable)
        if fault is not None and len(readable) > 1:
            half = len(arrivals) // 2
            await self._part(arrivals[:half], after=[*arrivals[half:], *after])
            await self._part(arrivals[half:], after=after)
            return
        for arrival in arrivals:
            await self._note(arrival.record, arrival.fault or fault, after=after)

    async def _note(self, record: Record, fault: Fault | None, *, after: Sequence[Arrival]) -> None:
        if fault is None:
            self.run = 0
            return
        self.run += 1
        self._suspects.append((record, fault))
        if self.run >= self._limit:
            await self._doubt_ourselves(fault, after)

    async def _doubt_ourselves(self, fault: Fault, after: Sequence[Arrival]) -> None:
        """Hold, unless one of a few records behind, of other keys, goes through: then it is the records."""
        tried = {record.key for record, _ in self._suspects}
        probes = 0
        for arrival in after:
            if probes >= _PROBES:
                break
            if arrival.fault is not None or arrival.record.key in tried:
                continue  # behind one of its own key it would be handled out of order
            tried.add(arrival.record.key)
            probes += 1
            if await self._attempt([arrival.record]) is None:
                self.run = 0
                return
        raise Held(fault)

    async def _attempt(self, records: Sequence[Record]) -> Fault | None:
        """Settle records in one transaction; return the fault when the handler has one."""
        if not records:
            return None
        try:
            async with self._engine.begin() as connection:
                now = self._clock.now()
                fresh = await admit(connection, self._tables, records, now=now)
                if fresh:
                    await self._handle(connection, fresh, now=now)
                fault_point("consumer-before-commit")
        except _RolledBack as rolled_back:
            return rolled_back.fault
        except Exception as error:
            # Outside the handler: a constraint checked at the commit is the record's fault, all else is the database's.
            if isinstance(error, OSError) or passes(error):
                raise
            return _fault(error)
        fault_point("consumer-after-commit")
        return None

    async def _handle(self, connection: AsyncConnection, records: Sequence[Record], *, now: datetime) -> None:
        try:
            await self._handler(connection, records, now=now)
        except Exception as error:
            if passes(error):
                raise
            if len(records) == 1:
                _tell(records[0], error)
            raise _RolledBack(_fault(error)) from error

    async def _bury(self) -> None:
        if not self._suspects:
            return
        now = self._clock.now()
        async with self._engine.begin() as connection:
            await bury(connection, self._tables, self._suspects, dead_topic=self._dead_topic, now=now)


class _RolledBack(Exception):
    """Carries the handler's fault out of the transaction, which it ends."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.fault = fault


def _tell(record: Record, error: Exception) -> None:
    logger.error("record cannot be handled", extra={"event_id": str(record.event_id)} | told(error))


def _fault(error: Exception) -> Fault:
    reason = UNPROCESSABLE if isinstance(error, Unprocessable) else HANDLER_FAILED
    return Fault(reason=reason, exception=type(error).__name__)
