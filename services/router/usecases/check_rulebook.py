"""Checks a rulebook that is not in force."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from shared.rulebook.load import RulebookInvalid, load
from shared.workers import Workers

_LONGEST = timedelta(seconds=20)


async def check_rulebook(files: Mapping[str, str], *, workers: Workers) -> dict[str, Any]:
    """Return whether these files, by their paths, are a rulebook, its version, and everything wrong with them.

    It is read in a process of its own: somebody else's regular expressions and YAML may take for ever.
    """
    return await workers.run(_check, dict(files), timeout=_LONGEST)


def _check(files: dict[str, str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="rulebook-") as name:
        folder = Path(name)
        for path, text in files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        try:
            return {"valid": True, "version": load(folder).version, "problems": []}
        except RulebookInvalid as invalid:
            return {"valid": False, "version": None, "problems": [asdict(p) for p in invalid.problems]}
