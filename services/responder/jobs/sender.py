"""The sender: takes what is queued under a lease, sends in parallel, records in groups."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from prometheus_client import Counter as Metric
from prometheus_client import Histogram
from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.jobs.courier import Courier
from services.responder.store import leases
from services.responder.store.outbound import Outbound
from services.responder.usecases.promises import Promises
from services.responder.usecases.sending import Outcome, settle
from shared.clock import Clock
from shared.web.database import is_out_of_reach

logger = logging.getLogger(__name__)

_ATTEMPTS = Metric("outbound_attempts_total", "Attempts at sending.", ["channel", "kind", "outcome"])
_WAITED = Histogram(
    "outbound_first_attempt_seconds",
    "From the decision to send until the first attempt ended.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)

LEASE: Final = timedelta(seconds=8)
"""Short, so that what a killed sender had in hand goes out soon; renewed while a slow vendor is waited for."""

_RENEW_EVERY_S: Final = 2.0
_POLL_S: Final = 0.1
_SLOTS_AN_ACCOUNT: Final = 8
_GROUP: Final = 100
_AFTER_FAULT_S: Final = 0.5
_TRIES: Final = 3
STOP_S: Final = 4.0


class Sender:
    """Sends until it is stopped; any number of processes may run one."""

    def __init__(
        self, *, engine: AsyncEngine, courier: Courier, promises: Promises, clock: Clock, slots: int = 32
    ) -> None:
        self._engine = engine
        self._courier = courier
        self._promises = promises
        self._clock = clock
        self._slots = slots
        self._in_hand: dict[asyncio.Task[None], Outbound] = {}
        self._outcomes: asyncio.Queue[Outcome] = asyncio.Queue()
        self._unrecorded = 0
        self._stopping = asyncio.Event()
        self.trouble: str | None = None

    async def run(self) -> None:
        """Claim, send and record until `stop`; a database that is away only makes it wait."""
        recorder = asyncio.create_task(self._record_for_ever())
        keeper = asyncio.create_task(self._keep_leases())
        try:
            while not self._stopping.is_set():
                if not await self._claim_some():
                    await self._pause(_POLL_S)
            await self._drained()
        finally:
            for task in (recorder, keeper, *self._in_hand):
                task.cancel()
            await asyncio.gather(recorder, keeper, *self._in_hand, return_exceptions=True)

    async def stop(self) -> None:
        """Take nothing new; `run` returns once what is in hand is recorded, or after some seconds."""
        self._stopping.set()

    async def _claim_some(self) -> bool:
        free = self._slots - len(self._in_hand) - self._unrecorded
        if free <= 0:
            return False
        now = self._clock.now()
        try:
            async with self._engine.begin() as connection:
                claimed = await leases.claim(
                    connection, now=now, lease=LEASE, limit=min(free, _SLOTS_AN_ACCOUNT), without=self._busy()
                )
        except Exception as error:  # noqa: BLE001 - the job outlives its database
            await self._troubled(error)
            return False
        self.trouble = None
        for message in claimed:
            task = asyncio.create_task(self._send(message))
            self._in_hand[task] = message
            task.add_done_callback(lambda done: self._in_hand.pop(done, None))
        return bool(claimed)

    def _busy(self) -> list[str]:
        """Name the accounts that have their share of the slots: one slow vendor must not hold up the others."""
        shares = Counter(message.account for message in self._in_hand.values())
        return [account for account, taken in shares.items() if taken >= _SLOTS_AN_ACCOUNT]

    async def _send(self, message: Outbound) -> None:
        outcome = await self._courier.attempt(message)
        said = {"outcome": outcome.outcome, "cause": outcome.cause, "kind": message.kind, "attempt": message.attempts}
        logger.info("a message was handed to its channel", extra={"outbound_id": str(message.outbound_id), **said})
        _ATTEMPTS.labels(message.reply.channel, message.kind, outcome.outcome).inc()
        if message.attempts == 1:
            _WAITED.observe(max(0.0, (outcome.ended_at - message.created_at).total_seconds()))
        self._unrecorded += 1
        self._outcomes.put_nowait(outcome)

    async def _record_for_ever(self) -> None:
        while True:
            group = [await self._outcomes.get()]
            while len(group) < _GROUP and not self._outcomes.empty():
                group.append(self._outcomes.get_nowait())
            await self._record(group)
            self._unrecorded -= len(group)
            for _ in group:
                self._outcomes.task_done()

    async def _record(self, group: Sequence[Outcome]) -> None:
        """Record a group; one outcome that cannot be entered must not keep the others from being recorded."""
        tries = 0
        while tries < _TRIES:
            try:
                await settle(self._engine, group, promises=self._promises, now=self._clock.now())
            except Exception as error:  # noqa: BLE001 - an outcome that is not recorded would be sent again
                tries += 0 if is_out_of_reach(error) else 1
                await self._troubled(error)
            else:
                return
        if len(group) > 1:
            for one in group:
                await self._record([one])
        else:
            await self._record_without_entry(group[0])

    async def _record_without_entry(self, outcome: Outcome) -> None:
        logger.error("an outcome of sending had no place", extra={"outbound_id": str(outcome.message.outbound_id)})
        while True:
            try:
                await settle(self._engine, [outcome], promises=None, now=self._clock.now())
            except Exception as error:  # noqa: BLE001 - as above
                await self._troubled(error)
            else:
                return

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(_RENEW_EVERY_S)
            taken = list(self._in_hand.values())
            if not taken:
                continue
            try:
                async with self._engine.begin() as connection:
                    await leases.extend_leases(connection, taken, until=self._clock.now() + LEASE)
            except Exception as error:  # noqa: BLE001 - tried again in two seconds
                logger.warning("leases were not renewed", extra={"error": type(error).__name__})

    async def _drained(self) -> None:
        try:
            async with asyncio.timeout(STOP_S):
                if self._in_hand:
                    await asyncio.wait(self._in_hand)
                await self._outcomes.join()
        except TimeoutError:
            logger.warning("stopped with messages in hand; their leases end soon", extra={"count": len(self._in_hand)})

    async def _troubled(self, error: Exception) -> None:
        self.trouble = type(error).__name__
        logger.warning("the sender waits for its database", extra={"error": self.trouble})
        await self._pause(_AFTER_FAULT_S)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            pass
