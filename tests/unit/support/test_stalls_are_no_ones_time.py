"""A stopwatch takes off the seconds in which the machine let nobody run, and no others."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from tests.support.run import CHECKOUT

MEASURED = """
import sys, time
from tests.support.stalls import Stopwatch

def busy():
    ends = time.process_time() + 0.5
    while time.process_time() < ends:
        sum(range(1000))

with Stopwatch() as watch:
    print("begun", flush=True)
    busy() if sys.argv[1] == "busy" else time.sleep(0.5)
print(watch.seconds, watch.stalled)
"""


@pytest.mark.parametrize("how", ["busy", "waiting"])
def test_a_stall_is_taken_off(how: str) -> None:
    seconds, stalled = _measured(how, stalled_s=2.0)
    assert stalled > 1.5
    assert seconds > (0.4 if how == "busy" else 0), "a sleep goes on in a stall, and may end in it"


@pytest.mark.parametrize("how", ["busy", "waiting"])
def test_what_is_no_stall_counts(how: str) -> None:
    began = time.monotonic()
    seconds, stalled = _measured(how, stalled_s=0)
    whole = time.monotonic() - began
    assert 0.4 < seconds < whole
    assert seconds + stalled >= 0.5


def _measured(how: str, *, stalled_s: float) -> tuple[float, float]:
    """Let a process measure half a second, and stop all of it for a while meanwhile."""
    command = [sys.executable, "-c", MEASURED, how]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        if stalled_s:
            process.send_signal(signal.SIGSTOP)
            time.sleep(stalled_s)
            process.send_signal(signal.SIGCONT)
        seconds, stalled = map(float, process.stdout.read().split())
    return seconds, stalled
