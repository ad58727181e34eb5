"""Work on hostile input: it may hang, crash, or eat memory, and only its process suffers."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from shared.workers import WorkCrashed, Workers, WorkersBusy, WorkTimedOut
from tests.support.stalls import Stopwatch

SOON = timedelta(seconds=10)


def own_pid(_: int = 0) -> int:
    return os.getpid()


def double(value: bytes) -> bytes:
    print("this must not get between the answers")  # noqa: T201
    return value * 2


def hang() -> None:
    while True:
        pass


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def eat() -> int:
    return len(bytearray(4 * 1024**3))


def refuse(detail: str) -> None:
    raise ValueError(detail)


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    pool = Workers(size=1, waiting=2)
    yield pool
    await pool.stop()


async def test_work_is_done_elsewhere_by_a_process_that_stays(workers: Workers) -> None:
    first = await workers.run(own_pid, timeout=SOON)
    assert first != os.getpid()
    assert await workers.run(own_pid, timeout=SOON) == first
    assert await workers.run(double, b"x" * 2_000_000, timeout=SOON) == b"x" * 4_000_000


async def test_work_that_hangs_is_killed_and_the_next_goes_on(workers: Workers) -> None:
    pid = await workers.run(own_pid, timeout=SOON)
    with Stopwatch() as watch, pytest.raises(WorkTimedOut):
        await workers.run(hang, timeout=timedelta(seconds=0.3))
    assert watch.seconds < 5
    assert not _is_alive(pid)
    assert await workers.run(own_pid, timeout=SOON) != pid


async def test_work_that_crashes_or_eats_memory_says_so(workers: Workers) -> None:
    with pytest.raises(WorkCrashed):
        await workers.run(crash, timeout=SOON)
    with pytest.raises(WorkCrashed, match="out of memory"):
        await workers.run(eat, timeout=SOON)
    with pytest.raises(ValueError, match="seen"):
        await workers.run(refuse, "seen", timeout=SOON)
    assert await workers.run(double, b"y", timeout=SOON) == b"yy"


async def test_only_so_much_waits(workers: Workers) -> None:
    await workers.run(own_pid, timeout=SOON)
    waiting = [asyncio.create_task(workers.run(time.sleep, 0.5, timeout=SOON)) for _ in range(3)]
    await asyncio.sleep(0.05)
    with pytest.raises(WorkersBusy):
        await workers.run(own_pid, timeout=SOON)
    await asyncio.gather(*waiting)


async def test_what_waits_behind_work_that_ends_its_process_is_done_by_the_next() -> None:
    pool = Workers(size=1, waiting=20)
    pid = await pool.run(own_pid, timeout=SOON)
    orders = [pool.run(double, bytes([n]), timeout=SOON) for n in range(6)]
    ends = [pool.run(crash, timeout=SOON), pool.run(hang, timeout=timedelta(seconds=0.3))]
    mixed = [*orders[:2], ends[0], *orders[2:4], ends[1], *orders[4:], pool.run(own_pid, timeout=SOON)]
    answers = await asyncio.gather(*mixed, return_exceptions=True)
    assert [type(answers[2]), type(answers[5])] == [WorkCrashed, WorkTimedOut]
    assert [a for a in answers if isinstance(a, bytes)] == [bytes([n, n]) for n in range(6)]
    assert answers[-1] != pid
    await pool.stop()


async def test_what_cannot_be_carried_is_for_whoever_gave_it(workers: Workers) -> None:
    answers = await asyncio.gather(
        workers.run(double, b"a", timeout=SOON),
        workers.run(lambda: 1, timeout=SOON),
        workers.run(double, b"b", timeout=SOON),
        return_exceptions=True,
    )
    assert (answers[0], answers[2]) == (b"aa", b"bb")
    assert isinstance(answers[1], Exception)


async def test_nobody_gets_the_answer_of_one_who_went_away(workers: Workers) -> None:
    await workers.run(own_pid, timeout=SOON)
    first = asyncio.create_task(workers.run(time.sleep, 0.3, timeout=SOON))
    leaving = asyncio.create_task(workers.run(double, b"a", timeout=SOON))
    last = asyncio.create_task(workers.run(double, b"b", timeout=SOON))
    await asyncio.sleep(0.1)
    leaving.cancel()
    assert await last == b"bb"
    await first


async def test_work_under_way_when_all_is_stopped_ends_as_crashed() -> None:
    pool = Workers(size=1)
    await pool.run(own_pid, timeout=SOON)
    under_way = [asyncio.create_task(pool.run(hang, timeout=SOON)) for _ in range(20)]
    await asyncio.sleep(0.1)
    await pool.stop()
    ended = await asyncio.gather(*under_way, return_exceptions=True)
    assert {type(e) for e in ended} == {WorkCrashed, WorkersBusy}


async def test_a_caller_who_goes_away_takes_his_work_with_him(workers: Workers) -> None:
    pid = await workers.run(own_pid, timeout=SOON)
    leaving = asyncio.create_task(workers.run(hang, timeout=SOON))
    await asyncio.sleep(0.1)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    assert not _is_alive(pid)
    assert await workers.run(double, b"z", timeout=SOON) == b"zz"


async def test_an_idle_worker_ends() -> None:
    pool = Workers(size=1, idle=timedelta(seconds=0.2))
    pid = await pool.run(own_pid, timeout=SOON)
    with Stopwatch() as watch:
        while _is_alive(pid):
            assert watch.seconds < 5
            await asyncio.sleep(0.05)
    assert await pool.run(own_pid, timeout=SOON) != pid
    await pool.stop()


_PARENT = """
import asyncio, sys
from datetime import timedelta
from shared.workers import Workers
from tests.integration.messaging import test_workers_can_be_killed as work
async def main():
    pool = Workers(size=1)
    print(await pool.run(work.own_pid, timeout=timedelta(seconds=20)), flush=True)
    await pool.run(work.hang, timeout=timedelta(seconds=60))
asyncio.run(main())
"""


def test_a_worker_at_work_dies_with_a_parent_killed() -> None:
    checkout = Path(__file__).parents[3]
    with subprocess.Popen([sys.executable, "-c", _PARENT], stdout=subprocess.PIPE, cwd=checkout) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        time.sleep(0.3)
        assert _is_alive(worker)
        parent.kill()
        parent.wait()
        with Stopwatch() as watch:
            while _is_alive(worker) and watch.seconds < 5:
                time.sleep(0.05)
        assert not _is_alive(worker)


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
