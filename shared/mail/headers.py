"""Header fields read under guard: no field, however broken, raises or takes more than linear time."""

from __future__ import annotations

import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.mail import limits
from shared.mail.charsets import decode

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:[ \t]*(.*)", re.DOTALL)
# `[^?]*` and not `.*?`: with the latter "=?a?q?" repeated takes quadratic time.
_ENCODED_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]*\?{0,3}?)\?=")
_Q_ESCAPE = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_BLANKS = re.compile(r"[\x00-\x20\x7f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Headers:
    """The fields of one part, by lower-case name, in their order, unfolded and undecoded."""

    fields: dict[str, list[bytes]]

    def all(self, name: str) -> Sequence[bytes]:
        """Return every value of a field, first one first."""
        return self.fields.get(name, ())

    def first(self, name: str) -> bytes | None:
        """Return the first value of a field, or nothing."""
        values = self.fields.get(name)
        return values[0] if values else None

    def ascii(self, name: str) -> str:
        """Return the first value as it stands, for fields that machines write; empty when it is missing."""
        return (self.first(name) or b"").decode("latin-1").strip()

    def text(self, name: str) -> str | None:
        """Return the first value as a person reads it, on one line, or nothing."""
        value = self.first(name)
        return None if value is None else one_line(decode_words(eight_bit(value)))


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """The fields read, where the body begins, and what was left out."""

    headers: Headers
    body_start: int
    notes: tuple[str, ...] = ()


def read_headers(raw: bytes, start: int, end: int) -> HeaderBlock:
    """Read the header block at `start`; a line that is no field ends it once a sender has been read."""
    if raw.startswith((b"\n", b"\r\n"), start, end):
        return HeaderBlock(Headers({}), min(end, start + (2 if raw[start] == 13 else 1)))
    blank = _BLANK_LINE.search(raw, start, end)
    stop, body_start = (blank.start(), blank.end()) if blank else (end, end)
    notes: tuple[str, ...] = ()
    if stop - start > limits.HEADER_BLOCK_BYTES:
        stop = raw.rfind(b"\n", start, start + limits.HEADER_BLOCK_BYTES) + 1 or start + limits.HEADER_BLOCK_BYTES
        notes = ("headers_too_long",)
    fields, early_body = _fields(raw[start:stop])
    if early_body is not None and not notes:
        body_start = start + early_body
    return HeaderBlock(Headers(fields), body_start, notes)


def _fields(block: bytes) -> tuple[dict[str, list[bytes]], int | None]:
    """Return the fields, and the offset of the body where it begins without a blank line."""
    fields: dict[str, list[bytes]] = {}
    for line in _FOLD.sub(b"", block).split(b"\n"):
        field = _FIELD.match(line)
        if field:
            value = field[2].rstrip(b"\r \t")[: limits.HEADER_VALUE_BYTES]
            fields.setdefault(field[1].decode("ascii").lower(), []).append(value)
        elif "from" in fields and line.strip():
            return fields, max(block.find(b"\n" + line[:200].partition(b"\r")[0]) + 1, 0)
    return fields, None


def eight_bit(value: bytes) -> str:
    """Decode a field that may hold raw 8-bit characters, which no field should."""
    return decode(value)[0]


def decode_words(value: str) -> str:
    """Replace RFC 2047 encoded words, also where they are broken; adjacent ones of one character set are joined first.

    Some mailers cut a multi-byte character between two words: bytes are joined before they are decoded.
    """
    if "=?" not in value:
        return value
    out: list[str] = []
    pending, charset, at = b"", "", 0
    for word in _ENCODED_WORD.finditer(value):
        gap = value[at : word.start()]
        if gap.strip() or word[1].lower() != charset:
            out += (decode(pending, charset)[0] if pending else "", gap if gap.strip() or not pending else "")
            pending = b""
        charset, at = word[1].lower(), word.end()
        pending += _word_bytes(word[2], word[3])
    out += (decode(pending, charset)[0] if pending else "", value[at:])
    return "".join(out)


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "surrogatepass")
    if encoding in "qQ":
        return _Q_ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), raw.replace(b"_", b" "))
    return lenient_base64(raw)


def lenient_base64(raw: bytes) -> bytes:
    """Decode Base64 with foreign characters left out and padding mended; what cannot be decoded is dropped."""
    try:
        return binascii.a2b_base64(raw)
    except binascii.Error:
        clean = _NOT_BASE64.sub(b"", raw)
        clean = clean[: len(clean) - (len(clean) % 4 == 1)]
        return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


def one_line(value: str) -> str:
    """Return the text with every run of white space and control characters as one blank."""
    return _BLANKS.sub(" ", value).strip()
