"""`make status`: what runs, since when, with how much memory, and whether it says that it is ready."""

from __future__ import annotations

import time

import psutil  # type: ignore[import-untyped]

from deploy.local import environment, parts, processes, services
from deploy.local.layout import Layout, holder
from deploy.local.processes import Running


def lines(here: Layout) -> list[str]:
    """Return the state of this checkout's stack as a person reads it."""
    running = processes.remembered(here.run)
    keeper = holder(here)
    if not running and keeper is None:
        return ["Nothing runs. `make run` starts it."]
    left = environment.read(here)
    said = [_line(one, left) for one in running]
    total = sum(memory(one.pid) for one in running) + (memory(keeper, alone=True) if keeper else 0)
    said.append(f"  {'together':<11}{'':<24}{total / 2**20:>8.0f} MB   {len(running)} parts and `make run` itself")
    if keeper is None:
        said.append(f"  Nobody keeps them: `make run` was cut off. `make stop` ends {', '.join(_names(here))}.")
    return said


def memory(pid: int, *, alone: bool = False) -> int:
    """Return the bytes of a program and its children; what they share is counted once where the system tells."""
    try:
        program = psutil.Process(pid)
        return sum(_own(p) for p in (program, *([] if alone else program.children(recursive=True))))
    except psutil.Error:
        return 0


def _own(program: psutil.Process) -> int:
    try:
        full = program.memory_full_info()
        return int(getattr(full, "pss", 0) or full.rss)
    except psutil.Error:
        return 0


def _line(one: Running, left: dict[str, str]) -> str:
    up_s = int(time.time() - one.started_at)
    url = left.get(f"ASCOLTO_{one.name.upper()}_URL")
    state = "runs" if url is None else services.not_ready(url) or f"ready, {url}"
    up = f"pid {one.pid}, up {up_s // 60}:{up_s % 60:02}"
    return f"  {one.name:<11}{up:<24}{memory(one.pid) / 2**20:>8.0f} MB   {state}"


def _names(here: Layout) -> list[str]:
    return list(parts.remembered_names(here.run))
