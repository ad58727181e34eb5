"""A lane of work: one process at a time, and what it has been given but not answered.

Some work is given ahead, so that the process does not wait for us between two answers. It answers in order: whatever
happens to the process happened over the first that is unanswered, and the others are given to the next process.
"""

from __future__ import annotations

import asyncio
import pickle
from collections import deque
from collections.abc import Callable, Sequence

from shared.worker_faults import WorkCrashed, WorkTimedOut
from shared.worker_pipe import WorkerPipe

_AHEAD = 16
_AHEAD_BYTES = 1024 * 1024


class Work:
    """Something to do, and the future of its answer: whether it succeeded, and its result or error."""

    __slots__ = ("_pickled", "_what", "answer", "seconds")

    def __init__(self, function: Callable[..., object], args: tuple[object, ...], *, seconds: float) -> None:
        self._what, self.seconds = (function, args), seconds
        self._pickled = b""
        self.answer: asyncio.Future[tuple[bool, object]] = asyncio.get_running_loop().create_future()

    @property
    def pickled(self) -> bytes:
        """The work as it is carried; not made before its turn, since it is as large again as what it holds."""
        self._pickled = self._pickled or pickle.dumps(self._what)
        return self._pickled

    def fail(self, error: Exception) -> None:
        """Answer that it was not done, unless nobody waits any more."""
        if not self.answer.done():
            self.answer.set_exception(error)


class Lane:
    """Does what waits in the queue that all lanes share."""

    def __init__(self, waiting: deque[Work], *, arguments: Sequence[str], idle_s: float) -> None:
        self._waiting = waiting
        self._arguments = arguments
        self._idle_s = idle_s
        self._given: deque[Work] = deque()
        self._given_bytes = 0
        self._worker: WorkerPipe | None = None
        self._task: asyncio.Task[None] | None = None
        self._leaving: asyncio.TimerHandle | None = None
        self._retiring: asyncio.Task[None] | None = None

    @property
    def load(self) -> int:
        """How much has been given to this lane and not answered."""
        return len(self._given)

    def wake(self) -> None:
        """Take what waits, as far as there is room."""
        if self._task is None or self._task.done():
            if self._leaving is not None:
                self._leaving.cancel()
            self._task = asyncio.create_task(self._work())
        elif self._worker is not None:
            self._give(self._worker)

    async def abandon(self, work: Work) -> None:
        """End the process if it is over this work: nobody waits for it any more."""
        if self._given and self._given[0] is work and self._worker is not None:
            await self._worker.kill()

    async def stop(self) -> None:
        """Kill the process; what it was given ends as crashed."""
        if self._leaving is not None:
            self._leaving.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._end()
        while self._given:
            self._given.popleft().fail(WorkCrashed("the worker process was stopped"))

    async def _work(self) -> None:
        while self._waiting or self._given:
            try:
                worker = await self._living()
            except Exception as error:  # noqa: BLE001 - no process, no memory: whoever is next is told, the lane goes on
                if self._waiting:
                    self._waiting.popleft().fail(error)
                continue
            self._give(worker)
            if self._given:
                await self._first(worker)
        self._leaving = asyncio.get_running_loop().call_later(self._idle_s, self._retire)

    async def _living(self) -> WorkerPipe:
        if self._retiring is not None:
            await asyncio.wait([self._retiring])
        if self._worker is not None and not self._given and not self._worker.is_alive():
            await self._end()
        if self._worker is None:
            self._worker = await WorkerPipe.start(self._arguments)
        return self._worker

    def _give(self, worker: WorkerPipe) -> None:
        while self._waiting:
            work = self._waiting[0]
            try:
                has_room = work.answer.done() or self._has_room(len(work.pickled))
            except Exception as error:  # noqa: BLE001 - what cannot be carried is for whoever gave it
                work.fail(error)
                has_room = True
            if not has_room:
                return
            self._waiting.popleft()
            if not work.answer.done():
                self._given.append(work)
                self._given_bytes += len(work.pickled)
                worker.give(work.pickled)

    def _has_room(self, size: int) -> bool:
        return not self._given or (len(self._given) < _AHEAD and self._given_bytes + size <= _AHEAD_BYTES)

    async def _first(self, worker: WorkerPipe) -> None:
        """Answer the first that was given, or say what became of its process."""
        work = self._given[0]
        try:
            # From the answer before: it cannot have begun earlier.
            async with asyncio.timeout(work.seconds):
                answered = pickle.loads(await worker.answer())  # noqa: S301 - from our own process
        except TimeoutError:
            await self._fail_first(WorkTimedOut(f"not done within {work.seconds:g} s"))
        except Exception:  # noqa: BLE001 - ended, or an answer that cannot be read: both are the work's doing
            await self._fail_first(WorkCrashed("the worker process ended"))
        else:
            self._forget_first()
            if not work.answer.done():
                work.answer.set_result(answered)

    def _forget_first(self) -> Work:
        work = self._given.popleft()
        self._given_bytes -= len(work.pickled)
        return work

    async def _fail_first(self, error: Exception) -> None:
        await self._end()
        self._forget_first().fail(error)
        self._waiting.extendleft(reversed(self._given))
        self._given.clear()
        self._given_bytes = 0

    async def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.kill()

    def _retire(self) -> None:
        if self._task is None or self._task.done():
            self._retiring = asyncio.create_task(self._end())
