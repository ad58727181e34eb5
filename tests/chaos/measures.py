"""What a process takes of the machine over time, and how steeply it grows."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from types import TracebackType

import psutil  # type: ignore[import-untyped]

from tests.support.house import House

_MB = 1024 * 1024
_EVERY_S = 1.0


def resident_mb(pid: int) -> int:
    """Return the resident memory of one process in MB."""
    return int(psutil.Process(pid).memory_info().rss) // _MB


@dataclass(slots=True, kw_only=True)
class Life:
    """One process from its start to its end: (seconds since the watch began, MB) and the most files it had open."""

    service: str
    pid: int
    memory: list[tuple[float, float]] = field(default_factory=list)
    files: list[int] = field(default_factory=list)

    def after(self, second: float) -> list[tuple[float, float]]:
        """Return what was measured from a second on."""
        return [(at, mb) for at, mb in self.memory if at >= second]


class Watch:
    """Looks at every service of a house each second until the block ends."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._began = time.monotonic()
        self.lives: dict[int, Life] = {}

    def __enter__(self) -> Watch:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""
        self._ended.set()
        self._thread.join()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the watch began."""
        return time.monotonic() - self._began

    def _look(self) -> None:
        while not self._ended.wait(_EVERY_S):
            for name, running in list(self._house.running.items()):
                self._note(name, running.pid)

    def _note(self, name: str, pid: int) -> None:
        try:
            process = psutil.Process(pid)
            memory, files = process.memory_info().rss / _MB, process.num_fds()
        except psutil.Error:
            return  # it was killed a moment ago
        life = self.lives.setdefault(pid, Life(service=name, pid=pid))
        life.memory.append((self.elapsed_s, memory))
        life.files.append(files)


def slope(points: list[tuple[float, float]]) -> float:
    """Return the least squares slope in MB a minute."""
    middle = sum(at for at, _ in points) / len(points)
    spread = sum((at - middle) ** 2 for at, _ in points)
    return 60.0 * sum((at - middle) * mb for at, mb in points) / spread if spread else 0.0
