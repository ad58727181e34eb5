"""What a Telegram message says, by its kind, and the files that came with it."""

from __future__ import annotations

import re
from typing import Any

from shared.channel.inbound import InboundAttachment
from shared.vendor.payloads import text_of

_FILES = {
    "animation": ("animation.mp4", "video/mp4"),
    "photo": ("photo.jpg", "image/jpeg"),
    "video": ("video.mp4", "video/mp4"),
    "video_note": ("video.mp4", "video/mp4"),
    "audio": ("audio.mp3", "audio/mpeg"),
    "voice": ("voice.ogg", "audio/ogg"),
    "sticker": ("sticker.webp", "image/webp"),
    "document": ("document.bin", "application/octet-stream"),
}
"""An animation is repeated as a document for old programs: the first kind found is the kind."""

_LARGEST = 20 * 1024 * 1024
_SAYS = {
    "contact": ("first_name", "last_name", "phone_number"),
    "venue": ("title", "address"),
    "location": ("latitude", "longitude"),
    "poll": ("question",),
    "checklist": ("title",),
    "dice": ("emoji",),
    "story": (),
    "game": ("title",),
}
_SERVICE = (
    "pinned_message", "message_auto_delete_timer_changed", "chat_background_set", "write_access_allowed",
    "connected_website", "successful_payment", "refunded_payment", "gift", "unique_gift", "new_chat_members",
    "left_chat_member",
)  # fmt: skip
_OPENING = re.compile(r"/start(@\w+)?( [A-Za-z0-9_-]{1,64})?")


def is_opening(message: dict[str, Any]) -> bool:
    """Whether somebody only pressed the button that opens the chat with a bot."""
    text = message.get("text")
    return isinstance(text, str) and _OPENING.fullmatch(text) is not None


def is_service(message: dict[str, Any]) -> bool:
    """Whether Telegram itself reports something, in nobody's words."""
    return any(name in message for name in _SERVICE)


def words(message: dict[str, Any]) -> str | None:
    """Return what the customer said, something in brackets where it was not in words, nothing where it is broken."""
    if "text" in message:
        return text_of(message["text"])
    if caption := text_of(message.get("caption")):
        return caption
    for kind in _FILES:
        if kind in message:
            emoji = _of(message[kind], "emoji")
            return f"[{kind.replace('_', ' ')}{' ' + emoji if emoji else ''}]"
    for kind, keys in _SAYS.items():
        if kind in message:
            return " ".join([f"[{kind}]", *filter(None, (_of(message[kind], key) for key in keys))])
    return "[a message of a kind that is not known here]"


def _of(value: object, key: str) -> str | None:
    found = value.get(key) if isinstance(value, dict) else None
    return str(found) if isinstance(found, float) else text_of(found)


def files(message: dict[str, Any]) -> tuple[InboundAttachment, ...]:
    """Return the file of a message, named by the id under which it can be fetched."""
    kind = next((k for k in _FILES if k in message), None)
    if kind is None:
        return ()
    file = _largest(message[kind]) if kind == "photo" else message[kind]
    media = _of(file, "file_id")
    if media is None or not isinstance(file, dict):
        return ()
    name, media_type = _FILES[kind]
    size = file.get("file_size")
    too_large = isinstance(size, int) and size > _LARGEST
    return (
        InboundAttachment(
            name=_of(file, "file_name") or name,
            media_type=_of(file, "mime_type") or media_type,
            media=None if too_large else media,
            note="Telegram hands out no file over 20 MB" if too_large else None,
        ),
    )


def _largest(sizes: object) -> object:
    """Telegram sends one picture in several sizes."""
    known = [size for size in sizes if isinstance(size, dict)] if isinstance(sizes, list) else []
    return max(known, key=lambda size: w if isinstance(w := size.get("width"), int) else 0, default=None)
