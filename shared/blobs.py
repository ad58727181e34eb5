"""The blob store: raw mail, attachments and long bodies, named by what they hold."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path
from uuid import UUID

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from shared.contracts.parts import BlobRef
from shared.faults import TryLater


def media_key(attachment_id: UUID) -> str:
    """Return where a file that is fetched from its vendor later will stand."""
    return f"media/{attachment_id}"


class BlobMissing(Exception):
    """No blob has this key."""


class Blobs:
    """Keeps bytes under a key; a folder of this machine by default, S3 and others by URL."""

    def __init__(self, url: str) -> None:
        self._folder: Path | None = None
        if url.startswith("file:"):
            self._folder = Path(url.removeprefix("file:").removeprefix("//")).absolute()
            self._folder.mkdir(parents=True, exist_ok=True)
            self._store: ObjectStore = LocalStore(str(self._folder))
        else:
            self._store = from_url(url)

    async def keep(self, content: bytes) -> BlobRef:
        """Hold the content for good before returning; the same content has the same key."""
        digest = hashlib.sha256(content).hexdigest()
        return await self.keep_as(f"{digest[:2]}/{digest}", content, digest=digest)

    async def keep_as(self, key: str, content: bytes, *, digest: str | None = None) -> BlobRef:
        """Hold the content for good under a given key before returning; `TryLater` when the store does not."""
        try:
            await obstore.put_async(self._store, key, content)
            if self._folder is not None:
                # The store renames into place without fsync: a power cut could empty what a 2xx has promised.
                await asyncio.to_thread(_fsync, self._folder / key)
        except (BaseError, OSError) as error:
            raise TryLater("the blob store does not take what it is given") from error
        return BlobRef(key=key, sha256=digest or hashlib.sha256(content).hexdigest(), size_bytes=len(content))

    async def read(self, key: str) -> bytes:
        """Return the content; `BlobMissing` when there is none."""
        try:
            result = await obstore.get_async(self._store, key)
        except (NotFoundError, FileNotFoundError) as error:
            raise BlobMissing(key) from error
        return bytes(await result.bytes_async())


def _fsync(path: Path) -> None:
    for place, flags in ((path, os.O_RDONLY), (path.parent, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))):
        descriptor = os.open(place, flags)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
