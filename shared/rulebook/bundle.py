"""A rulebook as its files: how it is stored as one version, and how it comes back from there."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path

from shared.rulebook.load import Rulebook, load


def files_of(folder: Path) -> dict[str, str]:
    """Return the text of every file by its path in the folder, to the byte: the version is that of the bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def laid_out(files: Mapping[str, str], folder: Path) -> None:
    """Write the files into an empty folder; their paths must not lead out of it."""
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())


def loaded_from(files: Mapping[str, str]) -> Rulebook:
    """Return the rulebook that the files are, or raise `RulebookInvalid`; it takes about half a second."""
    with tempfile.TemporaryDirectory(prefix="rulebook-") as name:
        laid_out(files, Path(name))
        return load(Path(name))


def digest_of(files: Mapping[str, str]) -> str:
    """Return the SHA-256 of the files and their paths, in hexadecimal."""
    digest = hashlib.sha256()
    for name, text in sorted(files.items()):
        digest.update(f"{name}\x00{len(text)}\x00{text}".encode())
    return digest.hexdigest()
