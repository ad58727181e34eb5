"""Polls the vendors that do not call us: one poller an account over all processes, by an advisory lock."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import zlib
from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.ingest.store import cursors
from services.ingest.usecases.account_directory import AccountDirectory
from services.ingest.usecases.take_delivery import TakeDelivery
from shared.channel.account import Account
from shared.channel.errors import DeliveryError
from shared.channel.port import Channel, Polled, Polls
from shared.clock import Clock
from shared.faults import TryLater

logger = logging.getLogger(__name__)

_LOCKS = 4_201_028
_LOOK_S = 3.0
_SHORTEST_REST_S, _LONGEST_REST_S = 2.0, 60.0


class Pollers:
    """Keeps one poller running for each account that wants one."""

    def __init__(
        self, *, locks: AsyncEngine, engine: AsyncEngine, clock: Clock, directory: AccountDirectory,
        channels: Mapping[str, Channel], take: TakeDelivery,
    ) -> None:  # fmt: skip
        self._locks = locks
        self._engine = engine
        self._clock = clock
        self._directory = directory
        self._channels = channels
        self._take = take
        self._running: dict[str, tuple[Account, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        """Start and end pollers as accounts come, change and go, until cancelled."""
        try:
            while True:
                with contextlib.suppress(Exception):
                    await self._compare()
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
        rest = _SHORTEST_REST_S
        while True:
            try:
                if await self._poll_under_lock(account):
                    rest = _SHORTEST_REST_S
            except (TryLater, DeliveryError, OSError) as error:
                extra = {"account": account.account, "error_type": type(error).__name__, "detail": str(error)}
                logger.warning("a mailbox or vendor cannot be polled", extra=extra)
            except Exception:
                logger.exception("a poller met a defect", extra={"account": account.account})
            await asyncio.sleep(rest)
            rest = min(rest * 2, _LONGEST_REST_S)

    async def _poll_under_lock(self, account: Account) -> bool:
        """Poll until something fails; False when another process polls this account."""
        lock = zlib.crc32(account.account.encode()) & 0x7FFFFFFF
        async with self._locks.connect() as connection:
            # The lock lives with the connection: a process that is killed lets go of it at once.
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            query = text("SELECT pg_try_advisory_lock(:space, :lock)")
            if not (await connection.execute(query, {"space": _LOCKS, "lock": lock})).scalar_one():
                return False
            try:
                await self._follow(account)
            finally:
                await connection.execute(
                    text("SELECT pg_advisory_unlock(:space, :lock)"), {"space": _LOCKS, "lock": lock}
                )
        return True

    async def _follow(self, account: Account) -> None:
        async with self._engine.connect() as connection:
            cursor = await cursors.get(connection, account.account)
        async with contextlib.aclosing(
            self._polls(account).watch(account, cursor=cursor, clock=self._clock)
        ) as batches:
            async for batch in batches:
                await self._file(batch, account)

    async def _file(self, batch: Polled, account: Account) -> None:
        # The cursor goes with the last delivery: a crash before it fetches the batch again, and ids dedupe it.
        for delivery in batch.deliveries[:-1]:
            await self._take.take_proven(delivery, account)
        if batch.deliveries:
            await self._take.take_proven(batch.deliveries[-1], account, cursor=batch.cursor)
        else:
            async with self._engine.begin() as connection:
                await cursors.move(connection, account.account, batch.cursor, now=self._clock.now())

    def _polls(self, account: Account) -> Polls:
        polls = self._channels[account.channel].polls
        if polls is None:
            raise DeliveryError(f"the channel {account.channel} is not polled")
        return polls
