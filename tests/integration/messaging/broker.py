"""A broker of one's own, to be killed and frozen."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from deploy.local import jars, kafka, ports, processes


class Broker:
    """One Kafka node that keeps its data when it is killed."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None, port: int | None = None) -> None:
        port = port or ports.any_free()
        self.node = kafka.Kafka(
            folder=folder / "kafka",
            port=port,
            controller_port=ports.any_free(besides=[port]),
            run_folder=folder / "run",
            log=folder / "kafka.log",
            jars=jars.fetch(jars.locked(), folder=jars.cache_folder()),
            settings=settings or {},
        )
        self.bootstrap_servers = self.node.bootstrap_servers
        self._running = kafka.start(self.node)

    def kill(self) -> None:
        """End it as a power cut does."""
        processes.stop(self._running, run_folder=self.node.run_folder, within_s=5, by=signal.SIGKILL)

    def start(self) -> None:
        """Start it again, unless it runs."""
        if not processes.is_alive(self._running):
            self._running = kafka.start(self.node)

    def freeze(self) -> None:
        """Let it hang: its connections stay, nothing is answered."""
        os.kill(self._running.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        with suppress(ProcessLookupError):
            os.kill(self._running.pid, signal.SIGCONT)


@contextmanager
def own_broker(settings: Mapping[str, str] | None = None, *, port: int | None = None) -> Iterator[Broker]:
    """A broker, with settings of its own, that is gone with its data afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ascolto-broker-"))
    broker = Broker(folder, settings, port)
    try:
        yield broker
    finally:
        broker.thaw()
        broker.kill()
        shutil.rmtree(folder, ignore_errors=True)
