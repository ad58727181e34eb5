"""Named points at which a fault test ends the process with SIGKILL, armed by ASCOLTO_FAULT; otherwise nothing happens.

`ASCOLTO_FAULT=consumer-before-commit` kills at the first passing, `...:3` at the third.
"""

from __future__ import annotations

import os
import signal

_NAME, _, _COUNT = os.environ.get("ASCOLTO_FAULT", "").partition(":")
_left = int(_COUNT or 1)


def fault_point(name: str) -> None:
    """End this process here, as a power cut would, when the environment says so."""
    if name == _NAME:
        _pass()


def _pass() -> None:
    global _left  # noqa: PLW0603 - the process is about to end by it
    _left -= 1
    if _left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
