"""Queue health for many readers: computed once a second for all of them, however many look."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.usecases.promises import Promises
from services.responder.usecases.queue_health import queue_health
from shared.clock import Clock

EVERY_S: Final = 1.0
MOST_READERS: Final = 200


class TooManyReaders(Exception):
    """As many streams are open as this process serves."""


class LiveHealth:
    """Reads the figures, and hands each change of them to whoever follows."""

    def __init__(
        self, *, engine: AsyncEngine, promises: Promises, clock: Clock, most_readers: int = MOST_READERS
    ) -> None:
        self._engine = engine
        self._promises = promises
        self._clock = clock
        self._most = most_readers
        self._readers: set[asyncio.Queue[dict[str, Any]]] = set()
        self._task: asyncio.Task[None] | None = None

    async def now(self) -> dict[str, Any]:
        """Return the figures as they are."""
        return await queue_health(self._engine, promises=self._promises, now=self._clock.now())

    async def follow(self, *, beat_s: float) -> AsyncIterator[dict[str, Any] | None]:
        """Yield the figures, then their changes, the newest only; None when `beat_s` passed without one."""
        with self._reader() as mine:
            yield await self.now()
            while True:
                try:
                    async with asyncio.timeout(beat_s):
                        figures = await mine.get()
                except TimeoutError:
                    yield None
                else:
                    yield figures

    @property
    def full(self) -> bool:
        """True when no further reader can be taken."""
        return len(self._readers) >= self._most

    @contextmanager
    def _reader(self) -> Any:
        if self.full:
            raise TooManyReaders
        mine: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=1)
        self._readers.add(mine)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._tell())
        try:
            yield mine
        finally:
            self._readers.discard(mine)

    async def _tell(self) -> None:
        last: Any = None
        while self._readers:
            await asyncio.sleep(EVERY_S)
            try:
                figures = await self.now()
            except Exception:  # noqa: BLE001, S112 - the stream waits for the database; its readers see the beat
                continue
            seen = _without_age(figures)
            if seen != last:
                last = seen
                for reader in self._readers:
                    if reader.full():
                        reader.get_nowait()
                    reader.put_nowait(figures)

    async def stop(self) -> None:
        """Tell nobody any more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=1)


def _without_age(figures: dict[str, Any]) -> list[dict[str, Any]]:
    return [{k: v for k, v in queue.items() if k != "oldest_open_seconds"} for queue in figures["queues"]]
