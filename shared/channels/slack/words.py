"""What a Slack message says in plain words, and the files that came with it."""

from __future__ import annotations

import re
from typing import Any

from shared.channel.inbound import InboundAttachment
from shared.vendor.payloads import text_of

_MARK = re.compile(r"<([^<>\s][^<>]{0,4000})>")
_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_NOTES = {
    "tombstone": "it was deleted at Slack",
    "hidden_by_limit": "the workspace's plan hides it",
    "external": "it lies at an address outside Slack, which is not asked",
}


def plain(text: str) -> str:
    """Return Slack's text without its marks: links as their words and address, mentions by their name or id."""
    text = _MARK.sub(lambda mark: _shown(mark[1]), text)
    for escaped, meant in _ESCAPES:
        text = text.replace(escaped, meant)
    return text


def _shown(mark: str) -> str:
    target, _, label = mark.partition("|")
    if target[:1] in ("@", "#"):
        return target[0] + (label.lstrip("@#") or target[1:])
    if target[:1] == "!":
        return label or "@" + target[1:].partition("^")[0]
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return address if not label or label == address or label in address else f"{label} ({address})"


def escaped(text: str) -> str:
    """Return a text in which nothing is a mark to Slack: no link of ours, nobody called by our words."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def words(message: dict[str, Any]) -> str | None:
    """Return what was said, in brackets where it was not in words, nothing where it is broken."""
    said = message.get("text")
    if said not in (None, ""):
        return plain(said) if isinstance(said, str) else None
    names = [text_of(file.get("name")) or "file" for file in _files(message)]
    return " ".join(f"[{name}]" for name in names) or "[a message without words]"


def _files(message: dict[str, Any]) -> list[dict[str, Any]]:
    found = message.get("files")
    return [f for f in found if isinstance(f, dict)] if isinstance(found, list) else []


def files(message: dict[str, Any]) -> tuple[InboundAttachment, ...]:
    """Return the files of a message by their ids; what cannot be had says why."""
    return tuple(_attachment(file) for file in _files(message))


def _attachment(file: dict[str, Any]) -> InboundAttachment:
    media, mode = text_of(file.get("id")), file.get("mode")
    note = _NOTES.get(mode) if isinstance(mode, str) else None
    if media is None:
        note = "Slack does not name it"
    return InboundAttachment(
        name=text_of(file.get("name")) or "file",
        media_type=text_of(file.get("mimetype")) or "application/octet-stream",
        media=None if note else media,
        note=note,
    )
