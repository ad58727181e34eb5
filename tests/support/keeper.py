"""Keeps PostgreSQL and Kafka for one test run: `python -m tests.support.keeper RUN_FOLDER OWNER_PID OWNER_STARTED_AT`.

It ends when it is told to, and when the run's owner is gone, however that died: nothing is left running.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.local import jars, kafka, ports, postgres, processes, strays
from tests.support.run import owner_lives

_ENDED = threading.Event()


def main(folder: Path, owner_pid: int, owner_started_at: float) -> None:
    """Start both, say where they are in stack.json, and stop both when the run is over."""
    for end in (signal.SIGTERM, signal.SIGINT):
        signal.signal(end, lambda *_: _ENDED.set())
    try:
        stack = _start(folder)
        draft = folder / "stack.json.draft"
        draft.write_text(json.dumps(stack))
        draft.replace(folder / "stack.json")
        while owner_lives(owner_pid, owner_started_at) and not _ENDED.wait(0.5):
            pass
    except Exception as error:
        (folder / "stack.failed").write_text(f"{type(error).__name__}: {error}")
        raise
    finally:
        _stop(folder)


def _start(folder: Path) -> dict[str, str]:
    server, node = _parts(folder)
    with ThreadPoolExecutor(2) as pool:
        for started in (pool.submit(postgres.start, server), pool.submit(kafka.start, node)):
            started.result()
    return {"database_url": server.url("postgres"), "kafka_bootstrap_servers": node.bootstrap_servers}


def _parts(folder: Path) -> tuple[postgres.Postgres, kafka.Kafka]:
    taken: list[int] = []
    for _ in range(3):
        taken.append(ports.any_free(besides=taken))
    run_folder = folder / "run"
    server = postgres.Postgres(
        folder=folder / "postgres",
        port=taken[0],
        run_folder=run_folder,
        log=folder / "postgres.log",
        # Many small databases at once: none of these changes what a statement means or when it is durable.
        options={"max_connections": "400", "max_wal_size": "4GB", "checkpoint_timeout": "30min"},
    )
    node = kafka.Kafka(
        folder=folder / "kafka",
        port=taken[1],
        controller_port=taken[2],
        run_folder=run_folder,
        log=folder / "kafka.log",
        jars=jars.fetch(jars.locked(), folder=jars.cache_folder()),
        settings={"log.segment.delete.delay.ms": "1000", "log.index.size.max.bytes": "262144"},
        java_options=kafka.QUICK_START,
    )
    return server, node


def _stop(folder: Path) -> None:
    run_folder = folder / "run"
    for running in reversed(processes.remembered(run_folder)):
        # The data go away with the run: the broker need not hand anything over, the database need not checkpoint.
        processes.stop(running, run_folder=run_folder, within_s=3, by=_QUICK_END[running.name])
    strays.stop_strays(run_folder)
    server, _ = folder / "postgres", folder / "kafka"
    postgres.remove(postgres.Postgres(folder=server, port=0, run_folder=run_folder, log=folder / "postgres.log"))


_QUICK_END = {"postgres": signal.SIGQUIT, "kafka": signal.SIGKILL}


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
