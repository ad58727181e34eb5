"""Parameters of Content-Type and Content-Disposition: RFC 2231, and RFC 2047 or raw 8-bit where they do not belong."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from shared.mail.charsets import decode
from shared.mail.headers import decode_words, eight_bit, one_line

_PARAMETER = re.compile(r';\s*([^\s=;"]{1,80})\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)', re.DOTALL)
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_PIECE = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?")
_MOST = 100


def split_field(value: bytes | None) -> tuple[str, dict[str, str]]:
    """Return the leading token in lower case and the parameters by lower-case name; ("", {}) for a missing field."""
    if not value:
        return "", {}
    if b";" not in value:
        return value.decode("latin-1").strip().lower(), {}
    text = eight_bit(value)
    head, _, _ = text.partition(";")
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for count, found in enumerate(_PARAMETER.finditer(text, len(head))):
        if count == _MOST:
            break
        name, content = found[1].lower(), _unquote(found[2])
        if "*" not in name:
            plain.setdefault(name, one_line(decode_words(content)))
        elif piece := _PIECE.fullmatch(name):
            pieces.setdefault(piece[1], {})[int(piece[2] or 0)] = (content, bool(piece[3]))
    return head.strip().lower(), plain | {name: _joined(found) for name, found in pieces.items()}


def media_type(head: str) -> str | None:
    """Return the type where it is well-formed, or nothing."""
    return head if _MEDIA_TYPE.fullmatch(head) else None


def _unquote(content: str) -> str:
    content = content.strip()
    if content.startswith('"'):
        return re.sub(r"\\(.)", r"\1", content.removeprefix('"').removesuffix('"'))
    return content


def _joined(pieces: dict[int, tuple[str, bool]]) -> str:
    charset, raw = "utf-8", b""
    for number in sorted(pieces):
        content, encoded = pieces[number]
        if encoded and number == min(pieces) and content.count("'") >= 2:
            charset, _, content = content.split("'", 2)
        raw += unquote_to_bytes(content) if encoded else content.encode("utf-8", "surrogatepass")
    return one_line(decode(raw, charset or "utf-8")[0])
