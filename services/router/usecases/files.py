"""Hands out the bytes of attachments and of long texts."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.router.usecases.refusals import NotFound
from services.router.usecases.show import Shower
from shared.blobs import BlobMissing, Blobs, media_key
from shared.contracts.parts import Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Reads what messages name in the blob store."""

    blobs: Blobs
    shower: Shower

    async def attachment(self, reference: str, attachment_id: UUID) -> tuple[Attachment, bytes]:
        """Return a file of a complaint; `NotFound` while it is not there."""
        attachment = await self.shower.attachment(reference, attachment_id)
        # A file that the vendor only named was announced without its bytes; ingest puts them there once it has them.
        key = attachment.blob.key if attachment.blob else media_key(attachment_id)
        return attachment, await self._read(key)

    async def whole_text(self, reference: str, message_id: UUID) -> bytes:
        """Return the whole text of a long message."""
        return await self._read((await self.shower.whole_text(reference, message_id)).key)

    async def _read(self, key: str) -> bytes:
        try:
            return await self.blobs.read(key)
        except BlobMissing:
            raise NotFound("the file is not there (yet); the attachment's note says why") from None
