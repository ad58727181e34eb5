"""Makes `.venv` from requirements.lock with nothing but Python's standard library: with uv, or a uv fetched by pip.

It runs before anything is installed, and on a Python that may be too old, so it imports nothing of the house and keeps
to plain syntax.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
VENV = CHECKOUT / ".venv"
LOCAL = CHECKOUT / ".local"
LOCK = CHECKOUT / "requirements.lock"
LEARNING = CHECKOUT / "learning.lock"  # what the classifier learns with, as large as all the rest
LOG = LOCAL / "log" / "setup.log"
STAMP = VENV / ".locked"
LEARNING_STAMP = VENV / ".learning"
UV_LOCK = Path(__file__).with_name("uv.requirements.txt")
OLDEST = (3, 11)


class Missing(Exception):
    """Something that a person must install, in one line."""


def main() -> int:
    """Install what is locked unless that was done before, or lock anew; say in one line what is missing for it."""
    try:
        with one_at_a_time():
            if sys.argv[1:] == ["lock"]:
                lock_anew()
            elif not is_up_to_date():
                set_up()
            if sys.argv[1:] == ["learning"]:
                add_learning()
    except Missing as missing:
        print(f"Cannot set up: {missing}", file=sys.stderr)
        return 1
    return 0


def is_up_to_date() -> bool:
    """Tell whether `.venv` holds exactly what is locked; the stamp is written last, so half an install has none."""
    return STAMP.exists() and STAMP.read_text() == fingerprint() and (VENV / "bin" / "python").exists()


def fingerprint() -> str:
    """Name the state of the lock."""
    return hashlib.sha256(LOCK.read_bytes() + str(VENV).encode()).hexdigest()


def set_up() -> None:
    """Make the environment."""
    began = time.monotonic()
    print("Python packages from requirements.lock (once, about 240 MB) ...", flush=True)
    LOG.parent.mkdir(parents=True, exist_ok=True)
    LOG.write_text("")
    uv = find_uv()
    if not is_sound(VENV / "bin" / "python"):
        python = sys.executable if sys.version_info >= OLDEST else "3.11"  # uv fetches one when this is too old
        run([uv, "venv", "--clear", "--quiet", "--python", python, str(VENV)], what="make .venv")
    install = [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(VENV / "bin" / "python"), str(LOCK)]
    run(install, what="install what requirements.lock names")
    STAMP.write_text(fingerprint())
    print(f"  installed in {time.monotonic() - began:.0f} s", flush=True)


def add_learning() -> None:
    """Add what the classifier learns with, unless it is there; an environment made anew has it no more."""
    wanted = fingerprint() + hashlib.sha256(LEARNING.read_bytes()).hexdigest()
    if LEARNING_STAMP.exists() and LEARNING_STAMP.read_text() == wanted:
        return
    print("What the classifier learns with, from learning.lock (once, about 120 MB) ...", flush=True)
    install = [find_uv(), "pip", "install", "--quiet", "--require-hashes", "--python", str(VENV / "bin" / "python")]
    run([*install, "-r", str(LEARNING)], what="install what learning.lock names")
    LEARNING_STAMP.write_text(wanted)


def lock_anew() -> None:
    """Resolve all dependencies to their newest versions; without the addresses they come from."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    LOG.write_text("")
    common = ["--quiet", "--universal", "--generate-hashes", "--no-annotate", "--no-header", "--upgrade"]
    command = [find_uv(), "pip", "compile", *common, "pyproject.toml", "--group", "dev", "-o", LOCK.name]
    run(command, what="resolve the dependencies")
    apart = ["--group", "pyproject.toml:learning", "-c", LOCK.name, "--python-version", "3.11", "-o", LEARNING.name]
    run([find_uv(), "pip", "compile", *common, *apart], what="resolve what the classifier learns with")


def is_sound(python: Path) -> bool:
    """Tell whether an environment made earlier has a Python that starts and is new enough."""
    test = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    return python.exists() and subprocess.run([python, "-c", test], capture_output=True, check=False).returncode == 0


def find_uv() -> str:
    """Return a uv: the one on this machine, or one that pip fetches into `.local/bootstrap`."""
    found = shutil.which("uv")
    if found:
        return found
    if sys.version_info < OLDEST:
        raise Missing(
            "Python {}.{} or newer is needed, this is {}; install it, or uv, which fetches one".format(
                *OLDEST, sys.version.split()[0]
            )
        )
    ours = LOCAL / "bootstrap" / "bin" / "uv"
    if not works(ours):
        shutil.rmtree(LOCAL / "bootstrap", ignore_errors=True)
        fetch_uv(LOCAL / "bootstrap")
    return str(ours)


def fetch_uv(folder: Path) -> None:
    """Fetch uv with pip: the pip of a fresh venv, else the one of this Python."""
    locked = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", str(UV_LOCK)]
    if has("ensurepip") and has("venv"):
        run([sys.executable, "-m", "venv", str(folder)], what="make a venv for uv")
        run([str(folder / "bin" / "python"), "-m", "pip", *locked], what="fetch uv with pip")
    elif has("pip"):
        run([sys.executable, "-m", "pip", *locked, "--target", str(folder)], what="fetch uv with pip")
    else:
        version = "{}.{}".format(*sys.version_info[:2])
        raise Missing(
            f"this Python has neither ensurepip nor pip, and there is no uv: apt-get install python{version}-venv"
        )


def has(module: str) -> bool:
    """Tell whether this Python has a module; Debian ships `venv` without the `ensurepip` that it needs."""
    probe = subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True, check=False)
    return probe.returncode == 0


def works(uv: Path) -> bool:
    """Tell whether a uv fetched earlier is whole."""
    return uv.exists() and subprocess.run([uv, "--version"], capture_output=True, check=False).returncode == 0


def run(command: list[str], *, what: str) -> None:
    """Run one step; its output goes to the log, its last line into the reason when it fails."""
    environment = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH")}
    with LOG.open("ab") as log:
        done = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, env=environment, cwd=CHECKOUT, check=False)
    if done.returncode:
        said = [line for line in LOG.read_text(errors="replace").splitlines() if line.strip()]
        raise Missing(f"could not {what}: {said[-1] if said else 'it said nothing'} (log: {LOG})")


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold a lock that two `make` in one checkout do not share; it goes with its holder, however that ends."""
    import fcntl  # noqa: PLC0415  not on every system; the error should be ours, not an import's

    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "setup.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
