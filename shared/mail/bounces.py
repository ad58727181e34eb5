"""Delivery status notifications (RFC 3464): what became of a mail of ours."""

from __future__ import annotations

import re
from typing import Literal

from shared.mail.headers import Headers, read_headers
from shared.mail.parsed import Bounce
from shared.mail.parts import Part
from shared.mail.threads import message_ids

_STATES: dict[str, Literal["delivered", "failed", "delayed"]] = {
    "failed": "failed",
    "delayed": "delayed",
    "delivered": "delivered",
    "relayed": "delivered",
    "expanded": "delivered",
}
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_GROUPS = 20


def read_bounces(root: Part) -> tuple[Bounce, ...]:
    """Return one bounce for each recipient that the notification reports, none without the original's Message-ID."""
    if root.media_type != "multipart/report":
        return ()
    status = next((p for p in root.children if p.media_type == "message/delivery-status"), None)
    original = _original_id(root)
    if status is None or original is None:
        return ()
    found = []
    for fields in _groups(status.content()):
        state = _STATES.get(fields.ascii("action").lower())
        if state:
            code = _STATUS.search(fields.ascii("status"))
            found.append(Bounce(message_id=original, state=state, status=code[0] if code else None))
    return tuple(dict.fromkeys(found))


def _groups(body: bytes) -> list[Headers]:
    """The first group speaks of the message, each other one of a recipient."""
    groups = re.split(rb"\r?\n\r?\n", body[: 64 * 1024].strip(b"\r\n"))[: _GROUPS + 1]
    return [read_headers(group, 0, len(group)).headers for group in groups]


def _original_id(root: Part) -> str | None:
    for part in root.children:
        headers = None
        if part.media_type == "message/rfc822" and part.children:
            headers = part.children[0].headers
        elif part.media_type == "text/rfc822-headers":
            content = part.content()
            headers = read_headers(content, 0, len(content)).headers
        if headers and (found := message_ids(headers.ascii("message-id"))):
            return found[0]
    return None
