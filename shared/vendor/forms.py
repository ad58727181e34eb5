"""The body of a posted form, urlencoded or multipart, read without touching a disk; every value stays bytes.

FastAPI's own reading refuses plain fields over 1 MiB and turns other charsets into nonsense; this one does neither.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from python_multipart.multipart import parse_options_header

from shared.channel.delivery import Delivery

_PARTS = 200
_HEAD_BYTES = 16 * 1024
_PROOF_BYTES = 4 * 1024


class FormUnreadable(ValueError):
    """The body is no form, or not a whole one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedFile:
    """A file as it was sent, under the name of its field; name and type are claims."""

    field: str
    name: bytes
    media_type: str
    content: bytes


@dataclass(slots=True, kw_only=True)
class PostedForm:
    """The fields (the last of a name wins) and the files."""

    values: dict[str, bytes] = field(default_factory=dict)
    files: list[PostedFile] = field(default_factory=list)

    def text(self, name: str) -> str:
        """Return a field as text, "" where it is missing; bytes that are not UTF-8 become surrogates."""
        return self.values.get(name, b"").decode("utf-8", "surrogateescape")


def read_form(delivery: Delivery, *, undeclared: bool = False, only: Collection[str] = ()) -> PostedForm:
    """Return what was posted; `FormUnreadable` says why nothing was.

    `undeclared` takes a body without a content type as urlencoded. `only` leaves the other fields of one undecoded:
    decoding a large body takes seconds, which nobody should get who has proven nothing.
    """
    content_type = delivery.headers.get("content-type", "")
    kind, options = parse_options_header(content_type.encode("utf-8", "surrogateescape"))
    if kind == b"multipart/form-data" and options.get(b"boundary"):
        return _multipart(delivery.body, boundary=options[b"boundary"])
    if kind == b"application/x-www-form-urlencoded" or (undeclared and not kind):
        return _urlencoded(delivery.body, only={name.encode() for name in only})
    raise FormUnreadable("the body is neither form-urlencoded nor multipart/form-data")


def _urlencoded(body: bytes, *, only: Collection[bytes]) -> PostedForm:
    pairs = body.split(b"&", maxsplit=_PARTS) if body else []
    if len(pairs) > _PARTS:
        raise FormUnreadable("the form has too many fields")
    form = PostedForm()
    for pair in pairs:
        name, _, value = pair.partition(b"=")
        if only and (name not in only or len(value) > _PROOF_BYTES):
            continue
        form.values[_name(_unquoted(name))] = _unquoted(value)
    return form


def _unquoted(written: bytes) -> bytes:
    return unquote_to_bytes(written.replace(b"+", b" "))


def _name(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _multipart(body: bytes, *, boundary: bytes) -> PostedForm:
    """Cut the body at its boundary: in time that grows with its size only, whatever it holds."""
    delimiter = b"\r\n--" + boundary
    before, *parts = (b"\r\n" + body).split(delimiter, _PARTS + 1)
    if len(parts) > _PARTS:
        raise FormUnreadable("the form has too many parts")
    if before.strip() or not parts or not parts.pop().startswith(b"--"):
        raise FormUnreadable("the form did not arrive whole")
    return _form([_part(part) for part in parts])


def _part(part: bytes) -> tuple[dict[bytes, bytes], bytes]:
    """Return the fields of a part's head, and its content."""
    at = part.find(b"\r\n\r\n", 0, _HEAD_BYTES)
    if not part.lstrip(b" \t").startswith(b"\r\n") or at < 0:
        raise FormUnreadable("the form is not well formed")
    fields = (line.partition(b":") for line in part[:at].split(b"\r\n"))
    return {name.strip().lower(): value.strip() for name, _, value in fields}, part[at + 4 :]


def _form(parts: list[tuple[dict[bytes, bytes], bytes]]) -> PostedForm:
    form = PostedForm()
    for fields, content in parts:
        _, options = parse_options_header(fields.get(b"content-disposition", b""))
        name = _name(options.get(b"name", b""))
        if b"filename" not in options:
            form.values[name] = content
        elif options[b"filename"] or content:
            media_type = _name(fields.get(b"content-type", b"")).partition(";")[0].strip().lower()
            form.files.append(PostedFile(field=name, name=options[b"filename"], media_type=media_type, content=content))
    return form
