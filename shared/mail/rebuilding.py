"""A mail put together again from what a provider took apart, for those that do not hand over the mail itself.

What comes out is read like any other mail, so that stripping, robots, bounces and threads are judged in one place. It
is not the mail that was sent: its body is ours, and so is the part of its name that comes from the body.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.mail.attachments import safe_name
from shared.mail.headers import one_line

_OF_THE_BODY = ("content-", "mime-version")
_BOUNDARY = "=_ascolto_rebuilt_{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenApart:
    """What a provider says a mail held: fields in their order, the texts as characters, the files as bytes."""

    headers: Sequence[tuple[str, str]]
    text: str = ""
    html: str = ""
    files: Sequence[LooseFile] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseFile:
    """A file of such a mail; `content_id` where its HTML shows it in place."""

    name: str
    media_type: str
    content: bytes
    content_id: str = ""


def rebuild(mail: TakenApart) -> bytes:
    """Return the mail as bytes."""
    fields = [(n, v) for n, v in mail.headers if n and not n.lower().startswith(_OF_THE_BODY)]
    texts = [_text(mail.text, "plain")] if mail.text or not mail.html else []
    texts += [_text(mail.html, "html")] if mail.html else []
    body = texts[0] if len(texts) == 1 else _together("alternative", texts)
    if mail.files:
        body = _together("mixed", [body, *(_file(file) for file in mail.files)])
    return b"".join(_field(n, v) for n, v in (*fields, ("MIME-Version", "1.0"))) + body


def _field(name: str, value: str) -> bytes:
    return f"{one_line(name).replace(' ', '')}: {one_line(value)}\r\n".encode("utf-8", "replace")


def _text(text: str, kind: str) -> bytes:
    return _part(f'Content-Type: text/{kind}; charset="utf-8"\r\n', text.encode("utf-8", "replace"))


def _file(file: LooseFile) -> bytes:
    media_type = file.media_type if file.media_type.isascii() and "/" in file.media_type else "application/octet-stream"
    name = (safe_name(file.name) or "").replace('"', "_")
    fields = f"Content-Type: {one_line(media_type).partition(';')[0]}\r\n"
    fields += (
        f'Content-Disposition: attachment; filename="{name}"\r\n' if name else "Content-Disposition: attachment\r\n"
    )
    if file.content_id:
        fields += f"Content-ID: <{one_line(file.content_id).strip('<> ')}>\r\n"
    return _part(fields, file.content)


def _part(fields: str, content: bytes) -> bytes:
    head = f"{fields}Content-Transfer-Encoding: base64\r\n\r\n".encode("utf-8", "replace")
    return head + base64.encodebytes(content).replace(b"\n", b"\r\n")


def _together(kind: str, parts: Iterable[bytes]) -> bytes:
    boundary = _BOUNDARY.format(kind)
    inner = b"".join(f"--{boundary}\r\n".encode() + part + b"\r\n" for part in parts)
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    return head + inner + f"--{boundary}--\r\n".encode()


def pairs(listed: object) -> list[tuple[str, str]]:
    """Return header fields out of a list of [name, value] or of {"name", "value"} in any case; others are left out."""
    found = []
    for item in listed if isinstance(listed, list) else []:
        if isinstance(item, dict):
            lower = {str(key).lower(): value for key, value in item.items()}
            pair = [lower.get("name"), lower.get("value")]
        else:
            pair = item if isinstance(item, list) else []
        words = [word for word in pair if isinstance(word, str)]
        if len(words) == len(pair) == 2:
            found.append((words[0], words[1]))
    return found
