"""The PostgreSQL and the Kafka of this test run: started by whoever needs them first, shared by all workers."""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local import processes
from tests.support import run

_START_WITHIN_S = 180.0  # the first run on a machine fetches Kafka's jars


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Where the parts of one run are."""

    database_url: str
    kafka_bootstrap_servers: str


def stack() -> Stack:
    """Return the run's stack; a running one named by ASCOLTO_TEST_DATABASE_URL and its kin is used instead."""
    given = os.environ.get("ASCOLTO_TEST_DATABASE_URL"), os.environ.get("ASCOLTO_TEST_KAFKA_BOOTSTRAP_SERVERS")
    if given[0] and given[1]:
        return Stack(database_url=given[0], kafka_bootstrap_servers=given[1])
    folder = run.folder()
    with locked(folder / "start.lock"):
        if not (folder / "stack.json").exists():
            _start_keeper(folder)
            _wait(folder)
    return Stack(**json.loads((folder / "stack.json").read_text()))


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold a lock between processes; it goes with the process that held it, however that ended."""
    with file.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _start_keeper(folder: Path) -> None:
    pid, started_at = run.own_identity()
    processes.start(
        processes.Program(
            name="keeper",
            command=[sys.executable, "-m", "tests.support.keeper", str(folder), str(pid), str(started_at)],
            log=folder / "keeper.log",
            environment=dict(os.environ),
            folder=run.CHECKOUT,
        ),
        run_folder=folder / "keeper",
    )


def _wait(folder: Path) -> None:
    deadline = time.monotonic() + _START_WITHIN_S
    while not (folder / "stack.json").exists():
        if (folder / "stack.failed").exists():
            raise RuntimeError((folder / "stack.failed").read_text())
        if time.monotonic() > deadline:
            raise RuntimeError(f"the stack did not start in {_START_WITHIN_S} s: {folder}/keeper.log")
        time.sleep(0.05)
