"""A PostgreSQL of one's own, to be killed and frozen."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from deploy.local import ports, postgres, processes


class OwnDatabase:
    """One server that keeps its data when it is killed."""

    def __init__(self, folder: Path) -> None:
        self.server = postgres.Postgres(
            folder=folder / "postgres", port=ports.any_free(), run_folder=folder / "run", log=folder / "postgres.log"
        )
        self._running = postgres.start(self.server)

    @property
    def url(self) -> str:
        """Its maintenance database."""
        return self.server.url("postgres")

    def kill(self) -> None:
        """End it at once, as `pg_ctl -m immediate` does: connections break, the log is replayed at the next start."""
        self.kill_with(signal.SIGQUIT)

    def kill_with(self, number: signal.Signals) -> None:
        """End it by this signal; by SIGKILL what was not flushed is lost, as in a power cut."""
        processes.stop(self._running, run_folder=self.server.run_folder, within_s=5, by=number)

    def start(self) -> None:
        """Start it again, unless it runs."""
        if not processes.is_alive(self._running):
            self._running = postgres.start(self.server)

    def freeze(self) -> None:
        """Let all of it hang: connections stay, nothing is answered."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(psutil.NoSuchProcess):
            main = psutil.Process(self._running.pid)
            for process in [main, *main.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(number)


@contextmanager
def own_database() -> Iterator[OwnDatabase]:
    """A server that is gone with its data afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ascolto-database-"))
    database = OwnDatabase(folder)
    try:
        yield database
    finally:
        database.thaw()
        database.kill()
        postgres.remove(database.server)
        shutil.rmtree(folder, ignore_errors=True)
