"""The clock of the machine is wrong by as many seconds as a file says."""

import os
import sys
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

from shared.clock import SystemClock

_FILE = Path(os.environ["ASCOLTO_TEST_CLOCK_STEP"])
_true = SystemClock.now


def _stepped(self):
    return _true(self) + timedelta(seconds=float(_FILE.read_text()))


SystemClock.now = _stepped
