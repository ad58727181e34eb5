"""Where the local stack keeps what it makes: all of it below `.local/` of the checkout."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.faults import CannotGoOn
from deploy.local.services import CHECKOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The folders and files of one checkout's stack."""

    local: Path

    @property
    def run(self) -> Path:
        """Pid files."""
        return self.local / "run"

    @property
    def log(self) -> Path:
        """What each part says."""
        return self.local / "log"

    @property
    def environment_file(self) -> Path:
        """The addresses and the key, for programs."""
        return self.local / "ascolto.env"

    @property
    def house_key(self) -> Path:
        """The key from which every other is derived."""
        return self.local / "house.key"

    @property
    def secrets(self) -> Path:
        """The secrets of the sample accounts, made once."""
        return self.local / "accounts.json"


def here() -> Layout:
    """Return this checkout's layout, its folder made; ASCOLTO_LOCAL names another folder."""
    named = os.environ.get("ASCOLTO_LOCAL")
    layout = Layout(local=Path(named).resolve() if named else CHECKOUT / ".local")
    layout.local.mkdir(parents=True, exist_ok=True)
    return layout


@contextmanager
def only_one(layout: Layout) -> Iterator[None]:
    """Hold this checkout's stack; the lock goes with the process, so a killed one leaves none behind."""
    with (layout.local / "run.lock").open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            raise CannotGoOn(
                "This checkout's stack runs already",
                why=f"another `make run` holds {handle.name}",
                mend="make status shows it, make stop ends it; a second checkout can run beside it",
            ) from held
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def holder(layout: Layout) -> int | None:
    """Return the pid of the `make run` that holds the stack, if one does."""
    file = layout.local / "run.lock"
    if not file.exists():
        return None
    with file.open("r+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            said = handle.read().strip()
            return int(said) if said.isdigit() else None
    return None


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read; it is there whole or not at all."""
    draft = file.with_name(f"{file.name}.draft")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(file)
