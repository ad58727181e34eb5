"""Packs what a channel read into a parcel; every byte that the parcel names is in the blob store by then."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from services.ingest.domain.filing import INLINE_TEXT_BYTES, file_change, file_message
from services.ingest.domain.parcel import (
    Filing,
    MediaToFetch,
    Parcel,
    Quarantined,
    RawDelivery,
    head_of,
)
from shared import ids
from shared.blobs import Blobs
from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.inbound import InboundAttachment, InboundMessage, Parsed
from shared.contracts.parts import Attachment, BlobRef
from shared.reply_token import Tokens
from shared.telemetry.trace import current_traceparent
from shared.text import storable

_ROW_BYTES = 64 * 1024
"""Larger bodies go to the blob store; a row of megabytes would be read and written whole at every vacuum."""


class Packing:
    """Packs parcels; holds what that needs."""

    def __init__(self, *, blobs: Blobs, tokens: Tokens) -> None:
        self._blobs = blobs
        self._tokens = tokens

    async def pack(
        self,
        parsed: Parsed,
        *,
        delivery: Delivery,
        account: Account,
        scope: str | None = None,
        cursor: Mapping[str, Any] | None = None,
        keep_raw: bool = True,
    ) -> Parcel:
        """Return the parcel of a delivery that was read, items that could not be read included."""
        filings, media = [], []
        for message in parsed.messages:
            filing, to_fetch = await self._filing(message, delivery=delivery, account=account, scope=scope)
            filings.append(filing)
            media += to_fetch
        filings += [
            file_change(
                change,
                account=account.account,
                channel=account.channel,
                scope=scope or account.account,
                received_at=delivery.received_at,
            )
            for change in parsed.changes
        ]
        bad = parsed.unreadable
        return Parcel(
            account=account.account,
            received_at=delivery.received_at,
            raw=await self._raw(delivery) if (filings and keep_raw) or bad else None,
            filings=tuple(filings),
            quarantined=_quarantined(delivery, bad[0].cause, bad[0].detail, items=len(bad)) if bad else None,
            receipts=parsed.receipts,
            media=tuple(media),
            ignored=_ignored(parsed),
            cursor=cursor,
            traceparent=current_traceparent(),
        )

    async def pack_unread(
        self, delivery: Delivery, *, cause: str, detail: str, cursor: Mapping[str, Any] | None = None
    ) -> Parcel:
        """Return the parcel of a delivery that is kept raw for a person."""
        return Parcel(
            account=delivery.account,
            received_at=delivery.received_at,
            raw=await self._raw(delivery),
            quarantined=_quarantined(delivery, cause, detail, items=1),
            cursor=cursor,
        )

    async def _filing(
        self, message: InboundMessage, *, delivery: Delivery, account: Account, scope: str | None
    ) -> tuple[Filing, list[MediaToFetch]]:
        scope = scope or account.account
        message_id = ids.message_id(account=scope, provider_message_id=storable(message.provider_message_id))
        attachments, media = [], []
        for number, attachment in enumerate(message.attachments):
            attachment_id = ids.event_id("attachment", message_id, number)
            attachments.append(await self._attachment(attachment, attachment_id))
            if attachment.media and attachment.content is None:
                media.append(MediaToFetch(attachment_id=attachment_id, media=storable(attachment.media)))
        filing = file_message(
            message,
            account=account.account,
            channel=account.channel,
            scope=scope,
            received_at=delivery.received_at,
            attachments=tuple(attachments),
            whole=await self._whole(message),
            tokens=self._tokens,
        )
        return filing, media

    async def _attachment(self, attachment: InboundAttachment, attachment_id: uuid.UUID) -> Attachment:
        content = attachment.content
        blob = await self._blobs.keep(content) if content is not None else None
        return Attachment(
            attachment_id=attachment_id,
            name=storable(attachment.name)[:255],
            media_type=storable(attachment.media_type)[:127],
            size_bytes=len(content) if content is not None else None,
            blob=blob,
            inline=attachment.inline,
            note=attachment.note or (None if blob else "still to be fetched from the vendor"),
        )

    async def _whole(self, message: InboundMessage) -> BlobRef | None:
        characters = len(message.text) + len(message.full_text or "")
        if characters < INLINE_TEXT_BYTES // 4:  # no character takes more than four bytes
            return None
        text, full_text = storable(message.text).encode(), storable(message.full_text or "").encode()
        return await self._blobs.keep(full_text or text) if len(text) + len(full_text) > INLINE_TEXT_BYTES else None

    async def _raw(self, delivery: Delivery) -> RawDelivery:
        small = len(delivery.body) <= _ROW_BYTES
        return RawDelivery(
            delivery_id=ids.drawn(delivery.received_at),
            head=head_of(delivery),
            size_bytes=len(delivery.body),
            body=delivery.body if small else None,
            blob_key=None if small else (await self._blobs.keep(delivery.body)).key,
        )


def _quarantined(delivery: Delivery, cause: str, detail: str, *, items: int) -> Quarantined:
    digest = hashlib.sha256(delivery.body).digest()
    return Quarantined(cause=cause, detail=storable(detail)[:500], items=items, body_sha256=digest)


def _ignored(parsed: Parsed) -> int:
    """A delivery without messages counts as one; a receipt is a known event that is no complaint."""
    events = parsed.ignored + len(parsed.receipts)
    nothing = not (parsed.messages or parsed.changes or parsed.unreadable)
    return 1 if nothing else events
