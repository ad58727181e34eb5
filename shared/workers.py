"""Worker processes that can be killed: for work on hostile input that may take for ever, or all the memory."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from shared.worker_faults import WorkCrashed, WorkersBusy, WorkTimedOut
from shared.worker_lane import Lane, Work

__all__ = ["WorkCrashed", "WorkTimedOut", "Workers", "WorkersBusy"]

T = TypeVar("T")


class Workers:
    """A few worker processes, started when there is work, ended when there was none for a while.

    `preload` names modules that a worker imports before it takes work, so that their import counts for no time-out.
    `memory_bytes` bounds the address space of a worker. Functions are top-level ones; arguments and results pickle.
    Work that had not had its turn when a process ended is done by the next: it should change nothing by being done.
    """

    def __init__(
        self,
        *,
        size: int = 1,
        waiting: int = 64,
        idle: timedelta = timedelta(minutes=2),
        memory_bytes: int | None = 1024**3,
        preload: Sequence[str] = (),
    ) -> None:
        self._most = size + waiting
        self._under_way = 0
        self._waiting: deque[Work] = deque()
        arguments = (str(memory_bytes or 0), *preload)
        self._lanes = [Lane(self._waiting, arguments=arguments, idle_s=idle.total_seconds()) for _ in range(size)]
        self._stopped = False

    async def run(self, function: Callable[..., T], /, *args: object, timeout: timedelta) -> T:  # noqa: ASYNC109
        """Return what the function returns in a worker, or raise what it raises; WorkTimedOut after `timeout`."""
        if self._stopped or self._under_way >= self._most:
            raise WorkersBusy("the worker processes have more to do than may wait")
        work = Work(function, args, seconds=timeout.total_seconds())
        self._under_way += 1
        self._waiting.append(work)
        # The one that has least: what waits behind work that hangs waits as long.
        min(self._lanes, key=lambda lane: lane.load).wake()
        try:
            succeeded, value = await work.answer
        except asyncio.CancelledError:
            # Whoever waited has gone away: what a worker is still doing for them is nobody's.
            await asyncio.gather(*(lane.abandon(work) for lane in self._lanes))
            raise
        finally:
            self._under_way -= 1
        if not succeeded:
            raise value if isinstance(value, Exception) else WorkCrashed(str(value))
        return value  # type: ignore[return-value]

    async def stop(self) -> None:
        """Kill all workers; work under way ends as crashed."""
        self._stopped = True
        await asyncio.gather(*(lane.stop() for lane in self._lanes))
        while self._waiting:
            self._waiting.popleft().fail(WorkersBusy("stopping"))
