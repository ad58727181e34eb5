"""Group commit: parcels that arrive together are filed in one transaction, and each caller gets its own answer.

Alone, a parcel costs a transaction and an fsync; gathered for a few milliseconds, hundreds share them
(docs/adr/0001-group-commit.md).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from typing import cast

from prometheus_client import Histogram
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.ingest.domain.parcel import Outcome, Parcel
from services.ingest.store.parcels import are_messages_alone, commit_messages, file_parcels
from shared.clock import Clock
from shared.fault_point import fault_point
from shared.faults import TryLater
from shared.web.database import driver_of, is_out_of_reach

logger = logging.getLogger(__name__)

_GATHER_S = 0.002
_MOST_ROWS = 500
_MOST_WAITING = 5_000
_TRANSACTIONS = 2
_MANY_ROWS = 100
_FEW_ROWS = 25
_PATIENCE_S = 0.05
_REFERENCE_TRIES = 5
_DEADLINE_S = 4.5
_GROUP_SIZE = Histogram(
    "ingest_group_commit_parcels", "Parcels a transaction.", buckets=(1, 2, 5, 10, 20, 50, 100, 500)
)


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    parcel: Parcel
    answer: asyncio.Future[Outcome]
    until: float


class GroupCommit:
    """Files parcels; `file` returns only after the commit that holds the parcel."""

    def __init__(self, *, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._waiting: list[_Waiting] = []
        self._unanswered: deque[_Waiting] = deque()
        self._expiry: asyncio.TimerHandle | None = None
        self._arrived = asyncio.Event()
        self._groups: set[asyncio.Task[None]] = set()

    async def file(self, parcel: Parcel) -> Outcome:
        """Return what became of the parcel once it is committed; `TryLater` when it was not."""
        if len(self._waiting) >= _MOST_WAITING:
            raise TryLater("more is waiting to be stored than can be")
        loop = asyncio.get_running_loop()
        waiting = _Waiting(parcel, loop.create_future(), loop.time() + _DEADLINE_S)
        self._waiting.append(waiting)
        self._unanswered.append(waiting)
        if self._expiry is None:
            self._expiry = loop.call_at(waiting.until, self._expire)
        self._arrived.set()
        # The future is this caller's alone: one who leaves cancels it, and neither the parcel nor its neighbours.
        return await waiting.answer

    def _expire(self) -> None:
        # One timer for all: who came first runs out first.
        loop = asyncio.get_running_loop()
        self._forget_answered()
        while self._unanswered and self._unanswered[0].until <= loop.time():
            _refuse(self._unanswered.popleft(), TryLater("the storage does not answer"))
            self._forget_answered()
        first = self._unanswered[0] if self._unanswered else None
        self._expiry = loop.call_at(first.until, self._expire) if first else None

    def _forget_answered(self) -> None:
        while self._unanswered and self._unanswered[0].answer.done():
            self._unanswered.popleft()

    async def run(self) -> None:
        """Gather and commit until cancelled; what was gathered then is still committed."""
        try:
            while True:
                await self._arrived.wait()
                if len(self._waiting) < _FEW_ROWS:
                    await asyncio.sleep(_GATHER_S)
                await self._let_few_wait()
                await self._find_room()
                if self._waiting:
                    self._start_group()
        finally:
            while self._waiting:
                await self._find_room()
                self._start_group()
            while self._groups:
                await asyncio.wait(self._groups)

    async def _let_few_wait(self) -> None:
        # Beside a transaction under way another halves them both and costs as much again; it is worth that for many,
        # and for those before whom one is stuck. Otherwise who waits goes with the group that is handed over to.
        while self._groups and len(self._waiting) < _MANY_ROWS:
            ended, _ = await asyncio.wait(self._groups, timeout=_PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
            if not ended:
                return

    async def _find_room(self) -> None:
        while len(self._groups) >= _TRANSACTIONS:
            await asyncio.wait(self._groups, return_when=asyncio.FIRST_COMPLETED)

    def _start_group(self) -> None:
        # Half of all who are there: while they commit, the process reads what the other half sends. All at once, it
        # would have nothing to do meanwhile, and everything afterwards.
        size = min(_MOST_ROWS, max(_FEW_ROWS, len(self._unanswered) // 2))
        group, self._waiting = self._waiting[:size], self._waiting[size:]
        if not self._waiting:
            self._arrived.clear()
        task = asyncio.create_task(self._commit(group))
        self._groups.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._groups.discard(task)
        self._forget_answered()

    def _hand_over(self) -> None:
        # Before the callers get their answers, which takes as long as a commit does.
        self._groups.discard(cast("asyncio.Task[None]", asyncio.current_task()))
        if self._waiting and not self._groups:
            self._start_group()

    async def _commit(self, group: list[_Waiting]) -> None:
        _GROUP_SIZE.observe(len(group))
        try:
            outcomes = await self._file([w.parcel for w in group])
        except Exception as error:  # noqa: BLE001 - whatever it was, every caller gets an answer
            await self._after_failure(group, error)
            return
        self._hand_over()
        for waiting, outcome in zip(group, outcomes, strict=True):
            if not waiting.answer.done():
                waiting.answer.set_result(outcome)

    async def _after_failure(self, group: list[_Waiting], error: Exception) -> None:
        if is_out_of_reach(error):
            logger.warning("the storage does not answer", extra={"error_type": type(error).__name__})
            for waiting in group:
                _refuse(waiting, TryLater("the storage does not answer"))
        elif len(group) == 1:
            await self._alone(group[0])
        else:
            # One parcel that the storage refuses must not cost its neighbours their place.
            for waiting in group:
                await self._alone(waiting)

    async def _alone(self, waiting: _Waiting) -> None:
        parcel = waiting.parcel
        for _ in range(_REFERENCE_TRIES):
            try:
                outcome = (await self._transaction([parcel]))[0]
            except IntegrityError as error:
                if "messages_reference_key" not in str(error.orig):
                    return _refuse(waiting, error)
                parcel = parcel.renamed()
            except Exception as error:  # noqa: BLE001 - handed to the caller, who must not wait for ever
                return _refuse(waiting, TryLater("the storage does not answer") if is_out_of_reach(error) else error)
            else:
                if not waiting.answer.done():
                    waiting.answer.set_result(outcome)
                return None
        return _refuse(waiting, TryLater("no free reference was found"))

    async def _file(self, parcels: list[Parcel]) -> list[Outcome]:
        if not are_messages_alone(parcels):
            return await self._transaction(parcels)
        async with driver_of(self._engine) as connection:
            fault_point("ingest-before-commit")
            outcomes = await commit_messages(connection, parcels, now=self._clock.now())
        fault_point("ingest-after-commit")
        return outcomes

    async def _transaction(self, parcels: list[Parcel]) -> list[Outcome]:
        async with self._engine.begin() as connection:
            outcomes = await file_parcels(connection, parcels, now=self._clock.now())
            fault_point("ingest-before-commit")
        fault_point("ingest-after-commit")
        return outcomes


def _refuse(waiting: _Waiting, error: Exception) -> None:
    if not waiting.answer.done():
        waiting.answer.set_exception(error)
