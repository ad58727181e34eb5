"""The data folder of a PostgreSQL server: made once, whole or not at all, with a password that only its owner reads."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import account as accounts
from deploy.local import ports
from deploy.local.faults import CannotGoOn
from deploy.local.strays import marked

ROLE = "ascolto"
DATABASE = "ascolto"


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


def make(server: Postgres, programs: Path) -> None:
    """Make the data unless they are there.

    The data folder gets its name when it is whole, so what a crash left half-made is known and made anew.
    """
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
        command, capture_output=True, text=True, check=False, cwd="/",
        env=marked(environment(), run_folder=server.run_folder),
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


def remove(server: Postgres) -> None:
    """Take the data away for good."""
    for folder in (server.data, _draft(server.data)):
        shutil.rmtree(folder, ignore_errors=True)
    server.password_file.unlink(missing_ok=True)


def environment() -> dict[str, str]:
    """Return the environment in which PostgreSQL's programs run."""
    # PG* variables of the person's shell would change what initdb and the server do.
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"}


def _draft(data: Path) -> Path:
    return data.with_name(f"{data.name}.making")
