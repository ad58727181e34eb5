"""Blobs are named by what they hold; a store that does not take them makes a delivery come again."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.blobs import BlobMissing, Blobs
from shared.faults import TryLater


async def test_what_is_kept_is_read_back_under_the_name_of_its_content(tmp_path: Path) -> None:
    blobs = Blobs(f"file:{tmp_path}/blobs")
    first, again = await blobs.keep(b"a receipt"), await blobs.keep(b"a receipt")
    assert first == again
    assert (await blobs.read(first.key), first.size_bytes) == (b"a receipt", 9)
    with pytest.raises(BlobMissing):
        await blobs.read("no/such")


async def test_a_store_that_takes_nothing_is_waited_for(tmp_path: Path) -> None:
    blobs = Blobs(f"file:{tmp_path}/blobs")
    held = await blobs.keep(b"a receipt")
    folder = tmp_path / "blobs" / held.key.partition("/")[0]
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    folder.write_bytes(b"a file where a folder has to be")
    with pytest.raises(TryLater):
        await blobs.keep(b"a receipt")
