"""What a WhatsApp message says, by its type, and the files that came with it."""

from __future__ import annotations

from typing import Any

from shared.channel.inbound import InboundAttachment
from shared.vendor.payloads import text_of

MEDIA = ("image", "video", "audio", "document", "sticker")
SILENT = ("reaction", "system")
"""Known events that are no complaint: an emoji on a message, a customer who changed numbers."""


def words(message: dict[str, Any]) -> str | None:
    """Return what the customer said, something in brackets where it was not in words, nothing where it is broken."""
    kind = message.get("type")
    match kind:
        case "text":
            return text_of(_at(message, "text", "body"))
        case "button":
            return text_of(_at(message, "button", "text"))
        case "interactive":
            return _choice(message)
        case "location":
            return _location(message)
        case "unsupported":
            return "[a message of a kind that WhatsApp does not hand on]"
    if kind in MEDIA:
        return text_of(_at(message, str(kind), "caption")) or f"[{kind}]"
    return f"[{kind}]" if isinstance(kind, str) and kind.isascii() and kind.isidentifier() else None


def files(message: dict[str, Any]) -> tuple[InboundAttachment, ...]:
    """Return the file of a media message, named by the id under which it can be fetched."""
    kind = message.get("type")
    media = text_of(_at(message, str(kind), "id")) if kind in MEDIA else None
    if media is None:
        return ()
    media_type = (text_of(_at(message, str(kind), "mime_type")) or "application/octet-stream").partition(";")[0]
    name = text_of(_at(message, str(kind), "filename")) or f"{kind}.{media_type.partition('/')[2] or 'bin'}"
    return (InboundAttachment(name=name, media_type=media_type, media=media),)


def _at(item: object, *path: str) -> object:
    for key in path:
        item = item.get(key) if isinstance(item, dict) else None
    return item


def _choice(message: dict[str, Any]) -> str:
    chosen = _at(message, "interactive", "button_reply") or _at(message, "interactive", "list_reply")
    title, description = text_of(_at(chosen, "title")), text_of(_at(chosen, "description"))
    said = " - ".join(filter(None, (title, description)))
    return said or text_of(_at(message, "interactive", "nfm_reply", "body")) or "[interactive]"


def _location(message: dict[str, Any]) -> str:
    keys = ("name", "address", "latitude", "longitude")
    parts = [_at(message, "location", key) for key in keys]
    return " ".join(["[location]", *(str(p) for p in parts if isinstance(p, str | float | int))])
