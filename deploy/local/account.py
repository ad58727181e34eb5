"""The system account that PostgreSQL runs as, which refuses to run as root, and the folders that account can reach.

Nobody's modes are changed but those of folders made here: a checkout in a closed home folder stays closed, and the
data (with a copy of the programs, when they are out of reach too) go to a folder of their own.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.faults import CannotGoOn

SERVICE_FOLDER = Path("/var/lib/ascolto")
_CANDIDATES = ("ascolto", "postgres", "nobody")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who runs the database: None stands for whoever runs this program."""

    uid: int | None = None
    gid: int | None = None


def for_database() -> Account:
    """Return the account to run PostgreSQL as: ourselves, or an unprivileged one when we are root."""
    if os.geteuid() != 0:
        return Account()
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    raise CannotGoOn(
        "PostgreSQL does not run as root, and there is no account to run it as",
        why=f"none of the accounts {', '.join(_CANDIDATES)} exists",
        mend="run as an ordinary user, or make one: useradd --system ascolto",
    )


def reachable_folder(wanted: Path, *, account: Account) -> Path:
    """Return `wanted`, or a folder in its stead that the account can get to."""
    if account.uid is None or passable(wanted.parent):
        return wanted
    name = hashlib.sha256(str(wanted).encode()).hexdigest()[:12]
    return SERVICE_FOLDER / f"{name}-{wanted.name}"


def reachable_programs(programs: Path, *, account: Account) -> Path:
    """Return the folder of programs, or one like it, their libraries beside it, that the account can read and run."""
    if account.uid is None or (passable(programs) and _readable(programs)):
        return programs
    package = programs.parent
    size = sum(f.stat().st_size for f in package.rglob("*") if f.is_file())
    copy = SERVICE_FOLDER / f"programs-{hashlib.sha256(f'{package}{size}'.encode()).hexdigest()[:12]}"
    if not copy.exists():
        _copy([package, package.with_name(f"{package.name}.libs")], copy)
    return copy / package.name / programs.name


def _copy(folders: Sequence[Path], to: Path) -> None:
    """The programs find their libraries by the way from one folder to the other, so both are copied."""
    _make_open(SERVICE_FOLDER)
    draft = to.with_name(f"{to.name}.{os.getpid()}")
    for folder in filter(Path.exists, folders):
        shutil.copytree(folder, draft / folder.name, symlinks=True)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
    try:
        draft.rename(to)
    except OSError:  # another run was faster
        shutil.rmtree(draft)


def own_folder(folder: Path, *, account: Account) -> None:
    """Make a folder that only the account can enter."""
    if SERVICE_FOLDER in folder.parents:
        _make_open(SERVICE_FOLDER)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account.uid is not None and account.gid is not None:
        os.chown(folder, account.uid, account.gid)


def passable(folder: Path) -> bool:
    """Tell whether anybody may pass through a folder and all above it; what does not exist yet counts as its parent."""
    existing = next(p for p in (folder, *folder.parents) if p.exists())
    return all(p.stat().st_mode & stat.S_IXOTH for p in (existing.resolve(), *existing.resolve().parents))


def _readable(programs: Path) -> bool:
    postgres = (programs / "bin" / "postgres").stat().st_mode
    return bool(postgres & stat.S_IROTH and postgres & stat.S_IXOTH)


def _make_open(folder: Path) -> None:
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder.chmod(0o755)
