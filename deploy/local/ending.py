"""`make stop` and `make reset`: ends the stack of this checkout, and takes its data away after asking."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time

from deploy.local import parts, postgres
from deploy.local.faults import CannotGoOn
from deploy.local.layout import Layout, holder

_KEPT = ("log", "bootstrap", "setup.lock", "test")
_WITHIN_S = 15.0


def stop(here: Layout) -> int:
    """Stop what runs: `make run` stops its own parts when told; what a cut-off one left is stopped here."""
    keeper = holder(here)
    if keeper:
        os.kill(keeper, signal.SIGTERM)
        deadline = time.monotonic() + _WITHIN_S
        while holder(here) == keeper and time.monotonic() < deadline:
            time.sleep(0.1)
    left = parts.stop_all(here.run)
    if keeper:
        print("Stopped `make run` and its parts.")
    else:
        print(f"Stopped {', '.join(left)}." if left else "Nothing was running.")
    return 0


def reset(here: Layout) -> int:
    """Take data, keys and addresses away, after a yes; a database or broker of somebody else's is left alone."""
    server = postgres.Postgres(folder=here.local / "postgres", port=0, run_folder=here.run, log=here.log)
    print(f"This takes away every complaint, account and key of this checkout: {here.local}")
    if server.data.parent != here.local:
        print(f"and {server.data}")
    if os.environ.get("ASCOLTO_RESET") != "yes" and not _agreed():
        print("Nothing was taken away.")
        return 1
    if holder(here) is not None:
        raise CannotGoOn("The stack runs", why="its data are in use", mend="make stop, then make reset")
    parts.stop_all(here.run)
    postgres.remove(server)
    for path in here.local.iterdir():
        if path.name not in _KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    print("Taken away. `make run` begins anew.")
    return 0


def _agreed() -> bool:
    if not sys.stdin.isatty():
        print("Not asked for by a person: ASCOLTO_RESET=yes make reset does it without asking.")
        return False
    return input("Type yes to do it: ").strip().lower() == "yes"
