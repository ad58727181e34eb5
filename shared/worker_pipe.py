"""One worker process and the pipes to it: work goes in, answers come out in the same order."""

from __future__ import annotations

import asyncio
import logging
import os
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

from shared.worker_faults import WorkCrashed

logger = logging.getLogger(__name__)

_HEADER = struct.Struct(">Q")
_START_S = 30.0
_CHECKOUT = Path(__file__).resolve().parent.parent


class WorkerPipe:
    """A process that does what it is given, one after the other."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, arguments: Sequence[str]) -> WorkerPipe:
        """Return a process that has imported what it needs; `WorkCrashed` when it does not start."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "shared.worker_process", str(os.getpid()), *arguments,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=_CHECKOUT,
        )  # fmt: skip
        worker = cls(process)
        try:
            async with asyncio.timeout(_START_S):
                await worker.answer()
        except (TimeoutError, asyncio.IncompleteReadError):
            await worker.kill()
            raise WorkCrashed("a worker process did not start; its standard error says why") from None
        except BaseException:
            await worker.kill()
            raise
        return worker

    def give(self, work: bytes) -> None:
        """Put work behind what the process has already; one that has ended says so by giving no answer."""
        if self._process.stdin is not None and not self._process.stdin.is_closing():
            self._process.stdin.writelines((_HEADER.pack(len(work)), work))

    async def answer(self) -> bytes:
        """Return the next answer; `IncompleteReadError` when the process has ended."""
        if self._process.stdout is None:
            raise EOFError
        (size,) = _HEADER.unpack(await self._process.stdout.readexactly(_HEADER.size))
        return await self._process.stdout.readexactly(size)

    def is_alive(self) -> bool:
        """Tell whether the process runs."""
        return self._process.returncode is None

    async def kill(self) -> None:
        """End the process whatever it does; returns when it has ended."""
        if self._process.returncode is None:
            try:
                self._process.kill()
            except ProcessLookupError:
                logger.debug("worker had ended already")
        await asyncio.shield(self._process.wait())
        if self._process.stdin is not None:
            self._process.stdin.close()
