"""A poller that has worked does not remember old faults, and another takes over soon after one has died."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from services.ingest.jobs import pollers
from services.ingest.jobs.pollers import Pollers
from services.ingest.usecases.account_directory import AccountDirectory
from services.ingest.usecases.take_delivery import TakeDelivery
from shared.channel.account import Account
from shared.channel.outbound import Means
from shared.channel.port import Channel, Polled
from shared.clock import Clock, SystemClock
from shared.faults import TryLater
from tests.support.stalls import Stopwatch

BOX = Account(account="box", channel="box", title="A box", settings=None)


class Directory:
    """Knows the one account."""

    async def of_channel(self, *_: str) -> list[Account]:
        return [BOX]


class Box:
    """A vendor that tells one thing each time, and then hangs up, or waits."""

    def __init__(self, *, hangs_up: bool) -> None:
        self._hangs_up = hangs_up
        self.watched = 0

    async def watch(
        self, account: Account, *, cursor: Mapping[str, Any] | None, clock: Clock, means: Means
    ) -> AsyncGenerator[Polled, None]:
        self.watched += 1
        yield Polled(deliveries=(), cursor={"at": self.watched})
        if not self._hangs_up:
            await asyncio.sleep(3600)
        raise TryLater("the connection is lost")


@contextlib.asynccontextmanager
async def polling(url: str, box: Box) -> AsyncIterator[asyncio.Task[None]]:
    engine = create_async_engine(url.replace("postgresql:", "postgresql+asyncpg:", 1), poolclass=NullPool)
    job = Pollers(
        locks=engine,
        engine=engine,
        clock=SystemClock(),
        directory=cast("AccountDirectory", Directory()),
        channels={"box": Channel(name="box", title="A box", polls=box)},
        take=cast("TakeDelivery", None),
        means=cast("Means", None),
    )
    task = asyncio.create_task(job.run())
    yield task
    task.cancel()
    await asyncio.wait([task])
    await engine.dispose()


async def until_watched(box: Box, times: int, *, within_s: float) -> None:
    with Stopwatch() as watch:
        while box.watched < times:
            assert watch.seconds < within_s
            await asyncio.sleep(0.01)


async def test_a_connection_lost_after_work_is_made_again_soon_each_time(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pollers, "_SHORTEST_REST", timedelta(seconds=0.1))
    box = Box(hangs_up=True)
    async with polling(database_url, box):
        await until_watched(box, 8, within_s=8)


async def test_who_waited_takes_over_soon(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pollers, "_STANDBY_S", 0.2)
    first, second = Box(hangs_up=False), Box(hangs_up=False)
    async with polling(database_url, first) as working:
        await until_watched(first, 1, within_s=5)
        async with polling(database_url, second):
            await asyncio.sleep(3)
            assert second.watched == 0
            working.cancel()
            await until_watched(second, 1, within_s=2)
