"""Starting the load from a test, beside which the test may look at the database."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from tests.bench.http_load import Order, Result
from tests.support.run import CHECKOUT


class Posting:
    """A load that runs."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def result(self) -> Result:
        """Wait for its end and return what came back."""
        out, err = self._process.communicate(timeout=120)
        assert self._process.returncode == 0, err.decode()[-2000:]
        return msgspec.json.decode(out, type=Result)


@contextmanager
def posting(order: Order) -> Iterator[Posting]:
    """Let the load run while the block lasts."""
    command = [sys.executable, "-m", "tests.bench.http_load", msgspec.json.encode(order).decode()]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            yield Posting(process)
        finally:
            if process.poll() is None:
                process.kill()


def post(order: Order) -> Result:
    """Run the load to its end and return what came back."""
    with posting(order) as load:
        return load.result()
