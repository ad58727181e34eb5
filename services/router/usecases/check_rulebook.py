"""Checks a rulebook that is not in force."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from shared.rulebook.in_force import not_in_force
from shared.rulebook.load import RulebookInvalid, load
from shared.workers import Workers

_LONGEST = timedelta(seconds=20)


async def check_rulebook(files: Mapping[str, str], *, workers: Workers, today: date) -> dict[str, Any]:
    """Return whether these files, by their paths, are a rulebook, its version, and everything wrong with them.

    `notes` hold what is not wrong but should be known: policies that rules name and that are not in force `today`.
    It is read in a process of its own: somebody else's regular expressions and YAML may take for ever.
    """
    return await workers.run(_check, dict(files), today, timeout=_LONGEST)


def _check(files: dict[str, str], today: date) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="rulebook-") as name:
        folder = Path(name)
        for path, text in files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        try:
            rulebook = load(folder)
        except RulebookInvalid as invalid:
            problems = [asdict(p) for p in invalid.problems]
            return {"valid": False, "version": None, "problems": problems, "notes": []}
        notes = [asdict(note) for note in not_in_force(rulebook, on=today)]
        return {"valid": True, "version": rulebook.version, "problems": [], "notes": notes}
