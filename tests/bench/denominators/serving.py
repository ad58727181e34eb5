"""Runs a denominator as the services run: uvicorn with uvloop and httptools, one worker."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from deploy.local import ports
from tests.support.run import CHECKOUT

_WITHIN_S = 30.0


@contextmanager
def serving(app: str, *, environment: Mapping[str, str] | None = None) -> Iterator[int]:
    """Yield the port on which the application answers while the block lasts."""
    port = ports.any_free()
    command = [
        sys.executable, "-m", "uvicorn", app, "--loop", "uvloop", "--http", "httptools", "--host", ports.LOOPBACK,
        "--port", str(port), "--no-access-log", "--log-level", "warning",
    ]  # fmt: skip
    with subprocess.Popen(command, cwd=CHECKOUT, env={**os.environ, **(environment or {})}) as process:
        try:
            _wait(port, process)
            yield port
        finally:
            process.terminate()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _WITHIN_S
    while True:
        try:
            socket.create_connection((ports.LOOPBACK, port), timeout=1).close()
        except OSError:
            assert process.poll() is None, "it ended"
            assert time.monotonic() < deadline, "it does not answer"
            time.sleep(0.05)
        else:
            return
