"""Programs of ours that are on no record, because who started them was killed before it wrote one: known by a mark."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from pathlib import Path

import psutil  # type: ignore[import-untyped]

MARK = "ASCOLTO_STACK"
"""The environment variable that every program of a stack carries, and those that it starts."""


def marked(environment: Mapping[str, str], *, run_folder: Path) -> dict[str, str]:
    """Return an environment that marks a program as one of this stack."""
    return {**environment, MARK: str(run_folder.resolve())}


def stop_strays(run_folder: Path) -> int:
    """Stop what carries our mark but is on no record (its starter was killed before it wrote one); return how many."""
    mine = {os.getpid(), *(p.pid for p in psutil.Process().parents())}
    strays = [p for p in psutil.process_iter() if p.pid not in mine and _mark(p) == str(run_folder.resolve())]
    for process in strays:
        _send(process, signal.SIGTERM)
    _, left = psutil.wait_procs(strays, timeout=3)
    for process in left:
        _send(process, signal.SIGKILL)
    psutil.wait_procs(left, timeout=2)
    return len(strays)


def _send(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.Error:
        return


def _mark(process: psutil.Process) -> str | None:
    try:
        return str(process.environ().get(MARK))
    except (psutil.Error, OSError):
        return None
