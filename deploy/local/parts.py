"""The parts of a running stack: what each is, how it is started again, and the order in which all are stopped."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import processes
from deploy.local.processes import Running
from deploy.local.strays import stop_strays

# Intake ends first, what it stands on last; the seconds together stay under the ten that Ctrl-C may take.
STOP_ORDER: tuple[tuple[tuple[str, ...], int, float], ...] = (
    (("ingest", "router", "responder"), signal.SIGTERM, 4.0),
    (("standins",), signal.SIGTERM, 1.0),
    (("kafka",), signal.SIGTERM, 3.0),
    (("postgres",), signal.SIGINT, 1.5),
)


@dataclass(slots=True)
class Part:
    """One program of the stack and how to start it."""

    start: Callable[[], Running]
    running: Running
    log: Path
    restarts: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Parts:
    """What this process has started."""

    run_folder: Path
    started: dict[str, Part] = field(default_factory=dict)

    def start(self, name: str, start: Callable[[], Running], *, log: Path) -> Running:
        """Start a part and keep an eye on it from now on."""
        running = start()
        self.started[name] = Part(start=start, running=running, log=log)
        return running

    def fallen(self) -> list[str]:
        """Name the parts that have ended though nobody stopped them."""
        return [name for name, part in self.started.items() if not processes.is_alive(part.running)]

    def start_again(self, name: str, *, at_most: int = 5, within_s: float = 120.0) -> bool:
        """Start a fallen part again; False when it falls so often that this would help nobody."""
        part, now = self.started[name], time.monotonic()
        part.restarts = [at for at in part.restarts if now - at < within_s]
        if len(part.restarts) >= at_most:
            del self.started[name]
            return False
        part.restarts.append(now)
        part.running = part.start()
        return True


def stop_all(run_folder: Path) -> list[str]:
    """Stop every remembered part in order, then what is on no record; return the names of those stopped."""
    found = {running.name: running for running in processes.remembered(run_folder)}
    stopped = []
    for names, by, within_s in STOP_ORDER:
        group = [found[name] for name in names if name in found]
        processes.stop_together(group, run_folder=run_folder, within_s=within_s, by=by)
        stopped += [running.name for running in group]
    stop_strays(run_folder)
    return stopped


def remembered_names(run_folder: Path) -> Sequence[str]:
    """Name the parts on record that run."""
    return [running.name for running in processes.remembered(run_folder)]
