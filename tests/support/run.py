"""One test run: its folder, and the process that owns it (pytest's, or xdist's controller)."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from deploy.local import processes

RUN = "ASCOLTO_TEST_RUN"
CHECKOUT = Path(__file__).resolve().parents[2]
_RUNS = CHECKOUT / ".local" / "test"


def begin() -> Path:
    """Make the folder of this run and tell the workers, which inherit the environment, of it."""
    folder = _RUNS / f"{os.getpid()}-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    os.environ[RUN] = str(folder)
    # Hundreds of processes are started, and each would compile every module anew: most of what a service's start costs.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    return folder


def folder() -> Path:
    """Return the folder of this run."""
    return Path(os.environ[RUN])


def end(run: Path) -> None:
    """Stop what the run started and take its folder away."""
    keeper = next((r for r in processes.remembered(run / "keeper") if r.name == "keeper"), None)
    if keeper:
        processes.stop(keeper, run_folder=run / "keeper", within_s=20)
    shutil.rmtree(run, ignore_errors=True)
    os.environ.pop(RUN, None)


def owner_lives(pid: int, started_at: float) -> bool:
    """Tell whether the process that owns the run is still there."""
    return processes.is_alive(processes.Running(name="owner", pid=pid, started_at=started_at, command=""))


def own_identity() -> tuple[int, float]:
    """Return the pid and start time of the run's owner: xdist's controller for its workers, else this process."""
    process = psutil.Process()
    if "PYTEST_XDIST_WORKER" in os.environ:
        process = psutil.Process(int(folder().name.split("-")[0]))
    return int(process.pid), float(process.create_time())
