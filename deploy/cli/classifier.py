"""`ascolto classifier train|predict`: fetches what it learns with when that is not there yet, then does it."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

from services.router.learning import commands

_BOOTSTRAP = Path(__file__).resolve().parents[1] / "local" / "bootstrap.py"


def add_to(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `classifier` with what can be done with one."""
    commands.add_to(subparsers, run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked for, once what it needs is installed; what cannot be fetched is told by the command itself."""
    if commands.missing() and _BOOTSTRAP.exists():
        subprocess.run([sys.executable, str(_BOOTSTRAP), "learning"], stdout=sys.stderr, check=False)
        importlib.invalidate_caches()
    return commands.run(arguments)
