"""Keeps the house: `python -m deploy.checks.house` fails on drawers, overlong modules and paths of one machine."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

WARN_LINES = 150
FAIL_LINES = 300
_DRAWERS = re.compile(r"(^|/)(service|utils?|helpers?|manager|models|common|misc)\.py$")
_LONG_BY_NATURE = re.compile(r"/migrations/versions/|/fixtures/")
_MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:home|Users|root|work)/[\w.-]+/")
_INDEXES = re.compile(r"https?://\S*(?:pypi|pythonhosted|maven|npmjs)\S*", re.IGNORECASE)
_LOCKS = ("requirements.lock", "learning.lock", "jgo.lock.toml")


def main() -> int:
    """Print what is wrong and return the exit code: 1 where there is a fault, 0 where there are only warnings."""
    files = [Path(name) for name in _tracked()]
    faults = [*_drawers(files), *_long(files), *_paths(files), *_addresses(files)]
    for line in _warnings(files):
        print(f"warning: {line}")
    for line in faults:
        print(f"fault: {line}")
    print(f"{len(faults)} faults in {len(files)} files")
    return 1 if faults else 0


def _tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.splitlines() if Path(name).is_file()]


def _drawers(files: list[Path]) -> Iterator[str]:
    for file in files:
        if _DRAWERS.search(file.as_posix()):
            yield f"{file}: a name that says nothing; say what is in it"


def _lengths(files: list[Path]) -> Iterator[tuple[Path, int]]:
    for file in files:
        if file.suffix == ".py" and not _LONG_BY_NATURE.search(file.as_posix()):
            yield file, len(file.read_text().splitlines())


def _long(files: list[Path]) -> Iterator[str]:
    for file, lines in _lengths(files):
        if lines > FAIL_LINES:
            yield f"{file}: {lines} lines are two rooms in one; at most {FAIL_LINES}"


def _warnings(files: list[Path]) -> Iterator[str]:
    for file, lines in _lengths(files):
        if WARN_LINES < lines <= FAIL_LINES:
            yield f"{file}: {lines} lines; about {WARN_LINES} is the aim"


def _paths(files: list[Path]) -> Iterator[str]:
    for file in files:
        if file.suffix in {".py", ".md", ".toml", ".yaml", ".yml", ".json", ""} and file.name != "house.py":
            for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1):
                if _MACHINE_PATHS.search(line):
                    yield f"{file}:{number}: a path of one machine"


def _addresses(files: list[Path]) -> Iterator[str]:
    for file in files:
        if file.name in _LOCKS and _INDEXES.search(file.read_text()):
            yield f"{file}: a lock file names a download address"


if __name__ == "__main__":
    sys.exit(main())
