"""Runs pytest, and once more, alone, what failed beside others: `python -m deploy.checks.second_look ARGUMENTS`.

A machine that many share stalls for seconds, and a test of real parts may fail of that alone. Both results stay in the
output; a test that fails alone as well fails the run, and so does everything that is not the failure of a few tests.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

MOST = 10
"""More than these are no stall."""
_PASSED, _TESTS_FAILED = 0, 1  # pytest's exit codes; collection errors, interruptions and defects of pytest have others
_ALONE = ("-n", "0", "--last-failed", "--last-failed-no-failures", "none")
_STOPS_EARLY = ("-x", "--exitfirst", "--maxfail", "--stepwise", "--sw")


def main(arguments: Sequence[str]) -> int:
    """Return 0 when every test passed, beside others or alone."""
    # A cache of its own: what failed in an earlier run, or fails in another one now, is not looked at here.
    with tempfile.TemporaryDirectory(prefix="ascolto-tests-") as cache:
        code = _pytest([*arguments, "-o", f"cache_dir={cache}"])
        failed = _failed(Path(cache))
        if code != _TESTS_FAILED or not _is_worth_it(failed, arguments):
            return code
        _say(f"second look: {len(failed)} failed beside others and are run once more, alone", failed)
        again = _pytest([*arguments, "-o", f"cache_dir={cache}", *_ALONE])
        still = _failed(Path(cache))  # what was not run again is in there still
    if again == _PASSED and not still:
        _say("second look: failed beside others, passed alone; to be mended all the same", failed)
        return _PASSED
    _say("second look: failed alone as well", still)
    return code


def _pytest(arguments: Sequence[str]) -> int:
    running = subprocess.Popen([sys.executable, "-m", "pytest", *arguments])
    # Ctrl-C reaches pytest as well, which needs a moment to end what it has started; it is waited for.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: running.terminate())
    return running.wait()


def _failed(cache: Path) -> list[str]:
    """Return what pytest remembers as failed: names of tests, and of files that could not be read."""
    try:
        return sorted(json.loads((cache / "v" / "cache" / "lastfailed").read_text()))
    except FileNotFoundError:
        return []


def _is_worth_it(failed: Sequence[str], arguments: Sequence[str]) -> bool:
    """A run that ended early has tests which a second look would not see; a name without `::` is no test."""
    ended_early = any(argument.split("=")[0] in _STOPS_EARLY for argument in arguments)
    return 0 < len(failed) <= MOST and all("::" in name for name in failed) and not ended_early


def _say(what: str, names: Sequence[str]) -> None:
    print(f"\n===== {what}", *(f"  {name}" for name in names), sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
