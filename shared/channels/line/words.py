"""What a LINE message says, by its type, and the file that came with it."""

from __future__ import annotations

from typing import Any

from shared.channel.inbound import InboundAttachment
from shared.vendor.payloads import text_of

_FILES = {
    "image": ("image.jpg", "image/jpeg"),
    "video": ("video.mp4", "video/mp4"),
    "audio": ("audio.m4a", "audio/mp4"),
    "file": ("file.bin", "application/octet-stream"),
}


def words(told: dict[str, Any]) -> str | None:
    """Return what the customer said, something in brackets where it was not in words, nothing where it is broken."""
    kind = told.get("type")
    if kind == "text":
        return text_of(told.get("text"))
    if kind == "sticker":
        return _in_brackets("sticker", [_meaning(told)])
    if kind == "location":
        spots = [told.get(name) for name in ("title", "address", "latitude", "longitude")]
        return _in_brackets("location", [str(s) for s in spots if isinstance(s, str | int | float)])
    return f"[{kind}]" if isinstance(kind, str) and kind.isascii() and kind.isidentifier() else None


def _meaning(told: dict[str, Any]) -> str:
    """A sticker may carry letters of the customer's own, else LINE says what it expresses."""
    keywords = told.get("keywords")
    meant = [k for k in keywords if isinstance(k, str)] if isinstance(keywords, list) else []
    return text_of(told.get("text")) or ", ".join(meant[:3])


def _in_brackets(kind: str, parts: list[str]) -> str:
    return " ".join([f"[{kind}]", *filter(None, parts)])


def files(told: dict[str, Any], message_id: str) -> tuple[InboundAttachment, ...]:
    """Return the file of a message, which is fetched by the message's id for as long as LINE keeps it."""
    kind = told.get("type")
    if not isinstance(kind, str) or kind not in _FILES:
        return ()
    name, media_type = _FILES[kind]
    provider = told.get("contentProvider")
    elsewhere = isinstance(provider, dict) and provider.get("type") == "external"
    return (
        InboundAttachment(
            name=text_of(told.get("fileName")) or name,
            media_type=media_type,
            media=None if elsewhere else message_id,
            note="it lies at an address outside LINE, which is not asked" if elsewhere else None,
        ),
    )
