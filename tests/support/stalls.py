"""Time as a promise counts it: without the moments in which the machine let nobody run."""

from __future__ import annotations

import threading
import time
from types import TracebackType

_TICK_S = 0.02
_LATE_S = 0.1
"""A tick this late is no stall: a busy machine is late by less, and the bounds of the tests have room for it."""


class Stopwatch:
    """Measures a block; a thread that only ticks shows for how long nothing ran, whatever the code under test did.

    What keeps an event loop busy does not keep the ticks from coming, so it counts.
    """

    def __init__(self) -> None:
        self.stalled = 0.0
        self._began = time.monotonic()
        self._took: float | None = None
        self._ended = threading.Event()
        self._ticking = threading.Thread(target=self._tick, daemon=True)

    @property
    def seconds(self) -> float:
        """The seconds of the block, or those until now, without stalls."""
        return (time.monotonic() - self._began if self._took is None else self._took) - self.stalled

    def __enter__(self) -> Stopwatch:
        """Begin."""
        self._began = time.monotonic()
        self._ticking.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""
        self._took = time.monotonic() - self._began
        self._ended.set()
        self._ticking.join()  # a stall that is not over yet is counted by its last tick

    def _tick(self) -> None:
        while not self._ended.is_set():
            before = time.monotonic()
            self._ended.wait(_TICK_S)
            late = time.monotonic() - before - _TICK_S
            self.stalled += late if late > _LATE_S else 0.0
