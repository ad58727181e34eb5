"""The files of a mail: named safely, kept as they are. Archives and winmail.dat are not unpacked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shared.mail import limits
from shared.mail.headers import one_line
from shared.mail.parsed import MailAttachment
from shared.mail.parts import Part

_UNSAFE = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff<>:\"/\\|?*]+")
_EXTENSIONS = {
    "application/pdf": ".pdf",
    "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/pgp-signature": ".asc",
    "application/ms-tnef": ".dat",
    "application/zip": ".zip",
    "audio/mpeg": ".mp3",
    "image/gif": ".gif",
    "image/heic": ".heic",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "message/delivery-status": ".txt",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/rfc822-headers": ".txt",
    "text/vcard": ".vcf",
    "video/mp4": ".mp4",
}
"""A list of our own: `mimetypes` answers by the files of the machine that it runs on."""


def read_attachments(parts: Sequence[Part], *, html: str | None) -> tuple[tuple[MailAttachment, ...], tuple[str, ...]]:
    """Return the parts as files, at most 100, and notes."""
    files = tuple(_attachment(part, number, html) for number, part in enumerate(parts[: limits.ATTACHMENTS], start=1))
    return files, ("too_many_attachments",) if len(parts) > limits.ATTACHMENTS else ()


def _attachment(part: Part, number: int, html: str | None) -> MailAttachment:
    return MailAttachment(
        name=file_name(part) or f"attachment-{number}{_EXTENSIONS.get(part.media_type, '.bin')}",
        media_type=part.media_type,
        content=part.content(),
        inline=_is_shown_in(html, part),
    )


def file_name(part: Part) -> str | None:
    """Return the name that the sender gave, as a plain file name, or nothing."""
    name = part.disposition_parameters.get("filename") or part.parameters.get("name")
    if not name and part.media_type == "message/rfc822" and part.children:
        name = part.children[0].headers.text("subject")
        name = f"{name[:80]}.eml" if name else None
    return safe_name(name) if name else None


def safe_name(name: str) -> str | None:
    """Return a name without folders, control and direction-changing characters, at most 200 characters long."""
    name = one_line(_UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2])).strip(". ")
    if len(name) <= limits.NAME_CHARACTERS:
        return name or None
    stem, dot, extension = name.rpartition(".")
    kept = f".{extension[:20]}" if dot and stem else ""
    return name[: limits.NAME_CHARACTERS - len(kept)] + kept


def _is_shown_in(html: str | None, part: Part) -> bool:
    content_id = part.headers.ascii("content-id").strip("<> ")
    return bool(content_id and html and f"cid:{content_id}" in html)
