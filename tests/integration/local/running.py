"""`make run` as a process, on a folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.support.run import CHECKOUT
from tests.support.stalls import Stopwatch
from tests.support.waiting import until


@dataclass
class Run:
    """One `make run` on a folder of its own."""

    local: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def runs(self) -> bool:
        """Whether it was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def said(self) -> str:
        """Return what it has said since it was started."""
        return self.local.with_suffix(".out").read_text()

    def start(self, **extra: str) -> str:
        """Start it and return what it said until it was up."""
        with self.local.with_suffix(".out").open("wb") as out:
            self.process = self._launch(out, **extra)
        until("it is up or has given up", lambda: self.process and (
            "Ctrl-C stops everything" in self.said() or self.process.poll() is not None
        ), within_s=150)  # fmt: skip
        return self.said()

    def cut_off(self, *, at: str) -> None:
        """Start it and kill it with -9 as soon as it says something."""
        with self.local.with_suffix(".out").open("wb") as out:
            self.process = self._launch(out)
        until(f"it says {at}", lambda: at in self.said(), within_s=60)
        self.end(signal.SIGKILL)

    def end(self, by: int) -> float:
        """Signal it and return how many seconds it took to end."""
        assert self.process is not None
        with Stopwatch() as watch:
            self.process.send_signal(by)
            self.process.wait(60)
        return watch.seconds

    def command(self, what: str) -> str:
        """Run another command beside it and return what that said."""
        done = subprocess.run(
            [sys.executable, "-m", "deploy.local", what], cwd=CHECKOUT, env=self.environment,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stdout + done.stderr

    def programs(self) -> dict[str, str]:
        """Return what it left for programs."""
        lines = (self.local / "ascolto.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def _launch(self, out: IO[bytes], **extra: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "run"],
            cwd=CHECKOUT, env=self.environment | extra, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip


@contextmanager
def newcomers_run(local: Path, **environment: str) -> Iterator[Run]:
    """A `make run` that may be started and ended within the block; nothing of it is left behind."""
    local.parent.mkdir(parents=True, exist_ok=True)
    inherited = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS")}
    run = Run(local, inherited | {"ASCOLTO_LOCAL": str(local), "ASCOLTO_RESET": "yes"} | environment)
    try:
        yield run
    finally:
        if run.process and run.process.poll() is None:
            run.end(signal.SIGTERM)
        run.command("stop")
        run.command("reset")
