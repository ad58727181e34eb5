"""What a message in a Meta chat says, and the files that came with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from shared.channel.inbound import InboundAttachment
from shared.vendor.payloads import text_of

_FILES = {
    "image": ("image.jpg", "image/jpeg"),
    "video": ("video.mp4", "video/mp4"),
    "audio": ("audio.mp4", "audio/mp4"),
    "file": ("file.bin", "application/octet-stream"),
}
_TOLD_BY_THE_TEXT = ("fallback", "template", "sticker")
"""A fallback repeats, as a card, the address that stands in the text."""

_OPENING = ("GET_STARTED", "GET_STARTED_PAYLOAD")
"""What tools set behind the button that only opens a chat."""


def words(told: dict[str, Any]) -> str | None:
    """Return what the customer said, in brackets what was no words; "" where nothing was said, None where broken."""
    if "title" in told and "text" not in told:
        return "" if told.get("payload") in _OPENING else text_of(told["title"])
    if told.get("is_unsupported") is True:
        return "[a message of a kind that Meta does not hand on]"
    attachments = _attachments(told)
    if told.get("text") not in (None, ""):
        said = text_of(told["text"])
        shared = [_shown(a) for a in attachments if a.get("type") not in (*_FILES, *_TOLD_BY_THE_TEXT)]
        return "\n".join([said, *shared]) if said else None
    return " ".join(map(_shown, attachments)) or "[a message without words]"


def _attachments(told: dict[str, Any]) -> list[dict[str, Any]]:
    found = told.get("attachments")
    return [a for a in found if isinstance(a, dict)] if isinstance(found, list) else []


def _payload(attachment: dict[str, Any]) -> dict[str, Any]:
    payload = attachment.get("payload")
    return payload if isinstance(payload, dict) else {}


def _shown(attachment: dict[str, Any]) -> str:
    """A shared post, reel or link is named by its address; a story is not, as it may not be kept."""
    kind, payload = text_of(attachment.get("type")) or "attachment", _payload(attachment)
    if kind == "ephemeral":
        return "[a picture or video that can be seen once]"
    if kind == "location":
        place = payload.get("coordinates")
        spots = [place.get(name) for name in ("lat", "long")] if isinstance(place, dict) else []
        return " ".join(["[location]", *(str(s) for s in spots if isinstance(s, int | float))])
    name = "[link]" if kind == "fallback" else f"[{kind.replace('_', ' ')}]"
    if kind in _FILES or kind in ("story_mention", "sticker"):
        return name
    links = [text_of(payload.get(k)) or text_of(attachment.get(k)) for k in ("title", "url")]
    return " ".join([name, *filter(None, links)])


def files(told: dict[str, Any]) -> tuple[InboundAttachment, ...]:
    """Return the files of a message, each named by the address where it lies, for some days, at Meta."""
    found = []
    for attachment in _attachments(told):
        kind, address = attachment.get("type"), text_of(_payload(attachment).get("url"))
        if isinstance(kind, str) and kind in _FILES:
            name, media_type = _FILES[kind]
            note = None if address else "Meta names no address for it"
            if kind == "file" and address:
                name = _name_in(address) or name
            found.append(InboundAttachment(name=name, media_type=media_type, media=address, note=note))
    return tuple(found)


def _name_in(address: str) -> str | None:
    try:
        last = unquote(urlsplit(address).path).rpartition("/")[2]
    except ValueError:
        return None
    return last if "." in last and len(last) <= 200 else None
