"""A mention as a server tells it. Source: docs.joinmastodon.org, "Notification", "Status" and "MediaAttachment"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from shared.channel.inbound import InboundAttachment
from shared.mail.text import html_text
from shared.vendor.payloads import text_of

_KINDS = {"image": ("picture.jpg", "image/jpeg"), "gifv": ("video.mp4", "video/mp4")} | {
    "video": ("video.mp4", "video/mp4"),
    "audio": ("audio.mp3", "audio/mpeg"),
}
_NAMED = re.compile(r"@([\w.-]+)(@[\w.-]+)?[\s:,]*")


def status_in(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what somebody wrote, empty where nothing stands."""
    return _part(told, "status")


def author_in(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return who wrote it."""
    return _part(status_in(told), "account") or _part(told, "account")


def words_of(status: Mapping[str, Any]) -> str:
    """Return what it says without the names at its beginning, which only address it."""
    content = status.get("content")
    text = html_text(content)[0].strip() if isinstance(content, str) else ""
    names = _mentioned(status)
    while (found := _NAMED.match(text)) and found[1].lower() in names:
        text = text[found.end() :].lstrip()
    pictures = " ".join(f"[{text_of(one.get('type')) or 'attachment'}]" for one in _attachments(status))
    poll = "[poll]" if isinstance(status.get("poll"), dict) else ""
    return text or pictures or poll or "[a mention without words]"


def files_of(status: Mapping[str, Any]) -> tuple[InboundAttachment, ...]:
    """Return its pictures, videos and sounds, each named by the address where our server keeps it."""
    found = []
    for one in _attachments(status):
        name, media_type = _KINDS.get(str(one.get("type")), ("attachment.bin", "application/octet-stream"))
        address = text_of(one.get("url"))
        note = None if address else "the server keeps no copy of it"
        found.append(InboundAttachment(name=name, media_type=media_type, media=address, note=note))
    return tuple(found)


def handle_of(author: Mapping[str, Any], *, server_url: str) -> str | None:
    """Return the author's name with its server, which those of our own server leave out."""
    name = text_of(author.get("acct"))
    return name if name is None or "@" in name else f"{name}@{urlsplit(server_url).hostname}"


def _mentioned(status: Mapping[str, Any]) -> set[str]:
    mentions = status.get("mentions")
    found = [m.get("username") for m in mentions if isinstance(m, dict)] if isinstance(mentions, list) else []
    return {name.lower() for name in found if isinstance(name, str)}


def _attachments(status: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = status.get("media_attachments")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _part(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = value.get(name)
    return inner if isinstance(inner, dict) else {}
