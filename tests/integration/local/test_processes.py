"""What the local stack starts is found again and stopped; what merely has an old pid is left alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import processes, strays
from tests.support.waiting import until

_SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
_DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
]


@pytest.fixture
def run_folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "run"
    folder.mkdir()
    yield folder
    for running in processes.remembered(folder):
        processes.stop(running, run_folder=folder, within_s=1)
    strays.stop_strays(folder)


def _start(run_folder: Path, *, name: str = "part", command: list[str] = _SLEEP) -> processes.Running:
    program = processes.Program(
        name=name, command=command, log=run_folder / f"{name}.log", environment=dict(os.environ), folder=run_folder
    )
    return processes.start(program, run_folder=run_folder)


def test_a_started_program_is_found_by_a_later_command_and_stopped(run_folder: Path) -> None:
    _start(run_folder)
    (found,) = processes.remembered(run_folder)
    assert processes.stop(found, run_folder=run_folder, within_s=5)
    assert processes.remembered(run_folder) == []


def test_a_pid_that_the_system_has_given_to_another_program_is_neither_trusted_nor_killed(run_folder: Path) -> None:
    stranger = subprocess.Popen(_SLEEP)
    try:
        record = {"name": "part", "pid": stranger.pid, "started_at": time.time() - 3600, "command": "python"}
        (run_folder / "part.pid").write_text(json.dumps(record))
        assert processes.remembered(run_folder) == []
        assert stranger.poll() is None
        assert not (run_folder / "part.pid").exists()
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("written", ["", "{", "[]", '{"pid": 1}'])
def test_a_half_written_pid_file_is_nobody(run_folder: Path, written: str) -> None:
    (run_folder / "part.pid").write_text(written)
    assert processes.remembered(run_folder) == []


def test_a_program_that_does_not_listen_is_stopped_by_force_when_its_time_is_over(run_folder: Path) -> None:
    running = _start(run_folder, command=_DEAF)
    until("the program is deaf", lambda: "deaf" in (run_folder / "part.log").read_text())
    assert processes.stop(running, run_folder=run_folder, within_s=0.3) is False
    assert not processes.is_alive(running)


def test_a_program_whose_starter_was_killed_before_it_wrote_the_pid_is_found_by_its_mark(run_folder: Path) -> None:
    running = _start(run_folder)
    (run_folder / "part.pid").unlink()
    assert processes.remembered(run_folder) == []
    assert strays.stop_strays(run_folder) == 1
    assert not processes.is_alive(running)


def test_the_strays_of_another_checkout_are_left_alone(run_folder: Path, tmp_path: Path) -> None:
    running = _start(run_folder)
    assert strays.stop_strays(tmp_path / "other" / "run") == 0
    assert processes.is_alive(running)
