"""Polls the vendors that do not call us: one poller an account over all processes, by an advisory lock."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import zlib
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.ingest.store import cursors
from services.ingest.usecases.account_directory import AccountDirectory
from services.ingest.usecases.take_delivery import TakeDelivery
from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryError
from shared.channel.outbound import Means
from shared.channel.port import Channel, Polled, Polls
from shared.clock import Clock
from shared.faults import TryLater
from shared.messaging.backoff import Backoff
from shared.web.database import is_out_of_reach

logger = logging.getLogger(__name__)

_TOGETHER = 16
_LOCKS = 4_201_028
"""The first half of each account's advisory lock; see shared/migrations.py for the numbers."""
_LOOK_S = 3.0
_SHORTEST_REST, _LONGEST_REST = timedelta(seconds=2), timedelta(seconds=60)
_STANDBY_S = 5.0
"""So long after a process has died another polls in its place."""


class Pollers:
    """Keeps one poller running for each account that wants one."""

    def __init__(
        self, *, locks: AsyncEngine, engine: AsyncEngine, clock: Clock, directory: AccountDirectory,
        channels: Mapping[str, Channel], take: TakeDelivery, means: Means,
    ) -> None:  # fmt: skip
        self._locks = locks
        self._engine = engine
        self._clock = clock
        self._directory = directory
        self._channels = channels
        self._take = take
        self._means = means
        self._room = asyncio.Semaphore(_TOGETHER)
        self._running: dict[str, tuple[Account, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        """Start and end pollers as accounts come, change and go, until cancelled."""
        try:
            while True:
                try:
                    await self._compare()
                except Exception as error:  # noqa: BLE001 - the job outlives its database
                    logger.warning("the accounts to poll are not known", extra={"error_type": type(error).__name__})
                await asyncio.sleep(_LOOK_S)
        finally:
            await self._end(*self._running)

    async def _compare(self) -> None:
        polled = [name for name, channel in self._channels.items() if channel.polls]
        wanted = {account.account: account for account in await self._directory.of_channel(*polled)}
        stale = [n for n, (account, task) in self._running.items() if wanted.get(n) != account or task.done()]
        await self._end(*stale)
        for name in wanted.keys() - self._running.keys():
            task = asyncio.create_task(self._poll(wanted[name]), name=f"poll {name}")
            self._running[name] = (wanted[name], task)

    async def _end(self, *names: str) -> None:
        tasks = [self._running.pop(name)[1] for name in names]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _poll(self, account: Account) -> None:
        backoff = Backoff(first=_SHORTEST_REST, most=_LONGEST_REST)
        while True:
            try:
                await self._poll_under_lock(account, backoff)
                rest = _STANDBY_S
            except Exception as error:  # noqa: BLE001 - a poller outlives whatever it meets
                rest = backoff.next()
                _tell(account, error)
            await asyncio.sleep(rest)

    async def _poll_under_lock(self, account: Account, backoff: Backoff) -> None:
        """Poll until something fails; return when another process polls this account."""
        lock = zlib.crc32(account.account.encode()) & 0x7FFFFFFF
        async with self._locks.connect() as connection:
            # The lock lives with the connection: a process that is killed lets go of it at once.
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            query = text("SELECT pg_try_advisory_lock(:space, :lock)")
            if not (await connection.execute(query, {"space": _LOCKS, "lock": lock})).scalar_one():
                return
            try:
                await self._follow(account, backoff)
            finally:
                await connection.execute(
                    text("SELECT pg_advisory_unlock(:space, :lock)"), {"space": _LOCKS, "lock": lock}
                )

    async def _follow(self, account: Account, backoff: Backoff) -> None:
        async with self._engine.connect() as connection:
            cursor = await cursors.get(connection, account.account)
        async with contextlib.aclosing(
            self._polls(account).watch(account, cursor=cursor, clock=self._clock, means=self._means)
        ) as batches:
            async for batch in batches:
                await self._file(batch, account)
                backoff.reset()

    async def _file(self, batch: Polled, account: Account) -> None:
        # The cursor goes with the last delivery: a crash before it fetches the batch again, and ids dedupe it.
        earlier = [self._take_one(delivery, account) for delivery in batch.deliveries[:-1]]
        for taken in await asyncio.gather(*earlier, return_exceptions=True):
            if isinstance(taken, BaseException):
                raise taken
        if batch.deliveries:
            await self._take.take_proven(batch.deliveries[-1], account, cursor=batch.cursor, somebody_waits=False)
        else:
            async with self._engine.begin() as connection:
                await cursors.move(connection, account.account, batch.cursor, now=self._clock.now())

    async def _take_one(self, delivery: Delivery, account: Account) -> None:
        async with self._room:  # together, since they then share commits; not all, since mail by SMTP waits too
            await self._take.take_proven(delivery, account, somebody_waits=False)

    def _polls(self, account: Account) -> Polls:
        polls = self._channels[account.channel].polls
        if polls is None:
            raise DeliveryError(f"the channel {account.channel} is not polled")
        return polls


def _tell(account: Account, error: Exception) -> None:
    extra = {"account": account.account, "error_type": type(error).__name__}
    if isinstance(error, (TryLater, DeliveryError, OSError)):
        logger.warning("a mailbox or vendor cannot be polled", extra=extra | {"detail": str(error)})
    elif is_out_of_reach(error):
        logger.warning("a poller waits for its database", extra=extra)
    else:
        logger.error("a poller met a defect", exc_info=error, extra=extra)
