"""Checks a rulebook that is not in force: what is wrong, what is legal but wrong, and what its own tests say."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from services.router.usecases.try_tests import try_tests
from shared.rulebook.bundle import laid_out
from shared.rulebook.in_force import not_in_force
from shared.rulebook.load import RulebookInvalid, load
from shared.rulebook.oversights import oversights
from shared.rulebook.source import Problem
from shared.rulebook.tests_read import FILE, read_tests
from shared.worker_faults import WorkTimedOut
from shared.workers import Workers

_LONGEST = timedelta(seconds=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check found. A rulebook is passed when nothing is a problem; notes should be known and stop nobody."""

    version: str | None
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...] = ()
    tests: int = 0

    @property
    def passed(self) -> bool:
        """Whether the rulebook may be published."""
        return self.version is not None and not self.problems


async def check_rulebook(files: Mapping[str, str], *, workers: Workers, today: date) -> dict[str, Any]:
    """Return whether these files, by their paths, are a rulebook, its version, and everything wrong with them.

    `notes` hold what is not wrong but should be known: policies that rules name and that are not in force `today`.
    It is read in a process of its own: somebody else's regular expressions and YAML may take for ever.
    """
    try:
        return await workers.run(_check, dict(files), today, timeout=_LONGEST)
    except WorkTimedOut:
        mend = "take out what was added last; the longest lists and the widest conditions are the likeliest"
        what = f"the check did not end within {_LONGEST.seconds} seconds"
        late = Problem(file="rulebook.yaml", line=None, what=what, mend=mend)
        return {"valid": False, "version": None, "problems": [asdict(late)], "notes": []}


def check_folder(folder: Path, *, today: date) -> Checked:
    """Return everything that is wrong with the rulebook in `folder`; tests are run as of `today`."""
    try:
        rulebook = load(folder)
    except RulebookInvalid as invalid:
        return Checked(version=None, problems=invalid.problems)
    source = read_tests(folder).source
    problems = (*oversights(rulebook, folder), *try_tests(rulebook, source, today=today))
    notes = list(not_in_force(rulebook, on=today))
    if not rulebook.tests:
        mend = "write down which queue a few complaints should reach; docs/how-to/change-the-rules.md shows how"
        notes.append(Problem(file=FILE, line=None, what="the rulebook has no tests", mend=mend))
    return Checked(version=rulebook.version, problems=problems, notes=tuple(notes), tests=len(rulebook.tests))


def _check(files: dict[str, str], today: date) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="rulebook-") as name:
        laid_out(files, Path(name))
        found = check_folder(Path(name), today=today)
    return {
        "valid": found.passed,
        "version": found.version if found.passed else None,
        "problems": [asdict(one) for one in found.problems],
        "notes": [asdict(one) for one in found.notes],
    }
