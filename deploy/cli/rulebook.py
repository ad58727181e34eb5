"""`ascolto rulebook check DIR`: everything that is wrong with a rulebook, before anybody is decided upon by it."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from services.router.usecases.check_rulebook import Checked, check_folder
from shared.clock import SystemClock
from shared.rulebook.source import Problem


def add_to(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `rulebook` with what can be done to one."""
    parser = subparsers.add_parser("rulebook", help="look at a rulebook's folder")
    actions = parser.add_subparsers(metavar="action", required=True)
    check = actions.add_parser(
        "check",
        help="tell everything that is wrong with it, and run its tests",
        description="Tells every problem of every file at once, with its line and what mends it; ends with 1 if any.",
    )
    check.add_argument("folder", type=Path, metavar="DIR", help="the rulebook's folder")
    check.add_argument("--json", action="store_true", help="write one JSON object instead of lines")
    check.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check the folder, tell what was found, and return 0 when the rulebook is passed."""
    found = check_folder(arguments.folder, today=SystemClock().now().date())
    if arguments.json:
        print(json.dumps(_as_json(found), ensure_ascii=False, indent=1))
    else:
        _tell(found)
    return 0 if found.passed else 1


def _tell(found: Checked) -> None:
    for problem in sorted(found.problems, key=_place):
        print(problem)
    for note in found.notes:
        print(f"note: {note}")
    if found.passed:
        print(f"{found.version} may be published; {found.tests} tests hold")
    else:
        print(f"{len(found.problems)} problem(s): the rulebook may not be published")


def _as_json(found: Checked) -> dict[str, object]:
    return {
        "valid": found.passed,
        "version": found.version,
        "problems": [asdict(one) for one in sorted(found.problems, key=_place)],
        "notes": [asdict(one) for one in found.notes],
        "tests": found.tests,
    }


def _place(problem: Problem) -> tuple[str, int]:
    return problem.file, problem.line or 0
