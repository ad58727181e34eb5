"""Parcels that come together share a transaction; one that is stuck holds nobody up for long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.ingest.domain.parcel import Outcome, Parcel
from services.ingest.store import parcels as store
from services.ingest.usecases import group_commit
from services.ingest.usecases.group_commit import GroupCommit
from shared.clock import SystemClock
from shared.web.database import new_engine
from tests.support.stalls import Stopwatch

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


class Groups:
    """Files as always, and notes what came together; while `stuck` is not set the first group does not end."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.stuck = asyncio.Event()

    async def file(self, connection: AsyncConnection, group: Sequence[Parcel], *, now: datetime) -> list[Outcome]:
        self.sizes.append(len(group))
        if len(self.sizes) == 1:
            await self.stuck.wait()
        return await store.file_parcels(connection, group, now=now)


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> Groups:
    made = Groups()
    monkeypatch.setattr(group_commit, "file_parcels", made.file)
    return made


@pytest.fixture
async def file(database_url: str) -> AsyncIterator[Callable[[], asyncio.Task[Outcome]]]:
    engine: AsyncEngine = new_engine(
        database_url.replace("postgresql://", "postgresql+asyncpg://", 1), pool=4, application="test"
    )
    commits = GroupCommit(engine=engine, clock=SystemClock())
    running = asyncio.create_task(commits.run())
    yield lambda: asyncio.create_task(commits.file(Parcel(account="mail", received_at=NOW, ignored=1)))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await engine.dispose()


async def test_what_comes_during_a_commit_goes_into_the_next(
    groups: Groups, file: Callable[[], asyncio.Task[Outcome]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "_PATIENCE_S", 30)
    first = file()
    while not groups.sizes:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    others = []
    for _ in range(5):
        others.append(file())
        await asyncio.sleep(0.004)  # longer than a group gathers when nothing is under way
    groups.stuck.set()
    await asyncio.gather(first, *others)
    assert groups.sizes == [1, 5]


async def test_what_is_stuck_holds_its_neighbours_up_for_a_moment_only(
    groups: Groups, file: Callable[[], asyncio.Task[Outcome]]
) -> None:
    first = file()
    while not groups.sizes:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    with Stopwatch() as watch:
        await asyncio.gather(*(file() for _ in range(5)))
    assert watch.seconds < 2
    assert not first.done()
    assert groups.sizes == [1, 5]
    groups.stuck.set()
    await first


async def test_half_of_those_who_are_there_commit_while_the_others_wait_their_turn(
    groups: Groups, file: Callable[[], asyncio.Task[Outcome]]
) -> None:
    groups.stuck.set()
    await asyncio.gather(*(file() for _ in range(60)))
    assert groups.sizes[0] == 30
    assert sum(groups.sizes) == 60
