"""Programs that the local stack starts: each is remembered by pid and start time, found again and stopped in time.

A pid alone is not trusted: after a crash or a restart of the machine it may name somebody else's program.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from deploy.local.strays import marked

_SAME_START_S = 2.0  # start times are computed from the boot time, which the machine's clock may shift a little


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to start, as whom, and where what it says goes."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str]
    folder: Path
    user: int | None = None
    group: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A program that was started."""

    name: str
    pid: int
    started_at: float
    command: str


def start(program: Program, *, run_folder: Path) -> Running:
    """Start a program in a session of its own (the terminal's Ctrl-C is not for it) and remember it."""
    run_folder.mkdir(parents=True, exist_ok=True)
    program.log.parent.mkdir(parents=True, exist_ok=True)
    with program.log.open("ab") as log:
        child = subprocess.Popen(
            list(program.command),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=marked(program.environment, run_folder=run_folder),
            cwd=program.folder,
            start_new_session=True,
            user=program.user,
            group=program.group,
            extra_groups=[] if program.user is not None else None,
        )
    _children[child.pid] = child
    running = Running(
        name=program.name, pid=child.pid, started_at=_started_at(child.pid), command=Path(program.command[0]).name
    )
    _remember(running, run_folder)
    return running


def remembered(run_folder: Path) -> list[Running]:
    """Return the programs on record that still run, the oldest first; forget those that do not."""
    found = []
    for file in sorted(run_folder.glob("*.pid")):
        running = _read(file)
        if running and is_alive(running):
            found.append(running)
        else:
            file.unlink(missing_ok=True)
    return sorted(found, key=lambda r: r.started_at)


def is_alive(running: Running) -> bool:
    """Tell whether exactly this program, not another with its pid, still runs."""
    child = _children.get(running.pid)
    if child is not None and child.poll() is not None:
        return False
    try:
        process = psutil.Process(running.pid)
        started_together = abs(float(process.create_time()) - running.started_at) < _SAME_START_S
        return started_together and bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def stop(running: Running, *, run_folder: Path, within_s: float, by: int = signal.SIGTERM) -> bool:
    """Stop a program, by force when its time is over; False when force was needed."""
    return stop_together([running], run_folder=run_folder, within_s=within_s, by=by)


def stop_together(group: Sequence[Running], *, run_folder: Path, within_s: float, by: int = signal.SIGTERM) -> bool:
    """Stop several programs at once, by force those whose time is over; False when force was needed."""
    gracefully = _ended_after(group, by, within_s=within_s)
    if not gracefully:
        _ended_after(group, signal.SIGKILL, within_s=2)
    for running in group:
        forget(running, run_folder=run_folder)
    return gracefully


def forget(running: Running, *, run_folder: Path) -> None:
    """Take a program off the record."""
    (run_folder / f"{running.name}.pid").unlink(missing_ok=True)


def command_line(pid: int) -> list[str]:
    """Return how the program with this pid was called, nothing when there is none."""
    try:
        return [str(part) for part in psutil.Process(pid).cmdline()]
    except psutil.Error:
        return []


_children: dict[int, subprocess.Popen[bytes]] = {}


@atexit.register
def _leave_the_living() -> None:
    """What still runs is meant to: its pid file is there for the next command; Python need not warn of it."""
    for child in _children.values():
        if child.poll() is None:
            child.returncode = 0


def _started_at(pid: int) -> float:
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0.0


def _remember(running: Running, run_folder: Path) -> None:
    draft = run_folder / f"{running.name}.pid.draft"
    draft.write_text(json.dumps(asdict(running)))
    draft.replace(run_folder / f"{running.name}.pid")  # whole or not at all, also when killed here


def _read(file: Path) -> Running | None:
    try:
        return Running(**json.loads(file.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _ended_after(group: Sequence[Running], by: int, *, within_s: float) -> bool:
    for running in filter(is_alive, group):
        _signal(running.pid, by)
    deadline = time.monotonic() + within_s
    while any(is_alive(running) for running in group):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _signal(pid: int, by: int) -> None:
    try:
        os.kill(pid, by)
    except ProcessLookupError:
        return
