"""Worker processes that can be killed: for work on hostile input that may take for ever, or all the memory."""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import struct
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from shared.faults import TryLater

logger = logging.getLogger(__name__)

T = TypeVar("T")

_HEADER = struct.Struct(">Q")
_START_S = 30.0
_CHECKOUT = Path(__file__).resolve().parent.parent


class WorkTimedOut(Exception):
    """The work took longer than it may; its process was killed."""


class WorkCrashed(Exception):
    """The process ended during the work (out of memory, a fault in native code), or its answer could not be carried."""


class WorkersBusy(TryLater):
    """More work waits already than may wait."""


class Workers:
    """A few worker processes, started when there is work, ended when there was none for a while.

    `preload` names modules that a worker imports before it takes work, so that their import counts for no time-out.
    `memory_bytes` bounds the address space of a worker. Functions are top-level ones; arguments and results pickle.
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
        self._slots = asyncio.Semaphore(size)
        self._most = size + waiting
        self._under_way = 0
        self._idle_s = idle.total_seconds()
        self._arguments = (str(memory_bytes or 0), *preload)
        self._free: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._stopped = False

    async def run(self, function: Callable[..., T], /, *args: object, timeout: timedelta) -> T:  # noqa: ASYNC109
        """Return what the function returns in a worker, or raise what it raises; WorkTimedOut after `timeout`."""
        if self._stopped or self._under_way >= self._most:
            raise WorkersBusy("the worker processes have more to do than may wait")
        self._under_way += 1
        try:
            async with self._slots:
                return await self._run(pickle.dumps((function, args)), timeout.total_seconds())  # type: ignore[return-value]
        finally:
            self._under_way -= 1

    async def stop(self) -> None:
        """Kill all workers; work under way ends as crashed."""
        self._stopped = True
        self._free.clear()
        await asyncio.gather(*(worker.kill() for worker in list(self._all)))
        self._all.clear()

    async def _run(self, work: bytes, seconds: float) -> object:
        worker = await self._take()
        try:
            async with asyncio.timeout(seconds):
                succeeded, value = await worker.ask(work)
        except TimeoutError:
            await self._drop(worker)
            raise WorkTimedOut(f"not done within {seconds:g} s") from None
        except (asyncio.IncompleteReadError, OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError):
            await self._drop(worker)
            raise WorkCrashed("the worker process ended") from None
        except BaseException:
            # Whoever waited has gone away: what the worker is still doing is nobody's, and its answer must not be
            # taken for the next one's.
            await self._drop(worker)
            raise
        self._give_back(worker)
        if not succeeded:
            raise value if isinstance(value, Exception) else WorkCrashed(str(value))
        return value

    async def _take(self) -> _Worker:
        while self._free:
            worker = self._free.pop()
            worker.stay()
            if worker.is_alive():
                return worker
            await self._drop(worker)
        worker = await _Worker.start(self._arguments)
        self._all.add(worker)
        if self._stopped:
            await self._drop(worker)
            raise WorkersBusy("stopping")
        return worker

    def _give_back(self, worker: _Worker) -> None:
        if self._stopped:
            return
        self._free.append(worker)
        worker.leave_after(self._idle_s, self._retire)

    def _retire(self, worker: _Worker) -> None:
        if worker in self._free:
            self._free.remove(worker)
            worker.retiring = asyncio.ensure_future(self._drop(worker))

    async def _drop(self, worker: _Worker) -> None:
        self._all.discard(worker)
        await worker.kill()


class _Worker:
    """One process that does one thing at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._leaving: asyncio.TimerHandle | None = None
        self.retiring: asyncio.Future[None] | None = None

    @classmethod
    async def start(cls, arguments: Sequence[str]) -> _Worker:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "shared.worker_process", str(os.getpid()), *arguments,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=_CHECKOUT,
        )  # fmt: skip
        worker = cls(process)
        try:
            async with asyncio.timeout(_START_S):
                await worker._answer()
        except (TimeoutError, asyncio.IncompleteReadError):
            await worker.kill()
            raise WorkCrashed("a worker process did not start; its standard error says why") from None
        except BaseException:
            await worker.kill()
            raise
        return worker

    async def ask(self, work: bytes) -> tuple[bool, object]:
        if self._process.stdin is None:
            raise EOFError
        self._process.stdin.write(_HEADER.pack(len(work)) + work)
        await self._process.stdin.drain()
        succeeded, value = pickle.loads(await self._answer())  # noqa: S301 - from our own process
        return bool(succeeded), value

    async def _answer(self) -> bytes:
        if self._process.stdout is None:
            raise EOFError
        (size,) = _HEADER.unpack(await self._process.stdout.readexactly(_HEADER.size))
        return await self._process.stdout.readexactly(size)

    def is_alive(self) -> bool:
        return self._process.returncode is None

    def leave_after(self, seconds: float, leave: Callable[[_Worker], None]) -> None:
        self._leaving = asyncio.get_running_loop().call_later(seconds, leave, self)

    def stay(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()

    async def kill(self) -> None:
        self.stay()
        if self._process.returncode is None:
            try:
                self._process.kill()
            except ProcessLookupError:
                logger.debug("worker had ended already")
        await asyncio.shield(self._process.wait())
        if self._process.stdin is not None:
            self._process.stdin.close()
