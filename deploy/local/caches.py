"""What one person's checkouts share: fetched jars, and the book of promised ports."""

from __future__ import annotations

import os
from pathlib import Path


def caches() -> Path:
    """Return the folder, made if need be."""
    base = os.environ.get("XDG_CACHE_HOME")
    folder = (Path(base) if base else Path.home() / ".cache") / "ascolto"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
