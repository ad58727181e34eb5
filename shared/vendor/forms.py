"""The body of a posted form, urlencoded or multipart, read without touching a disk; every value stays bytes.

FastAPI's own reading refuses plain fields over 1 MiB and turns other charsets into nonsense; this one does neither.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from shared.channel.delivery import Delivery

_PARTS = 200


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


def read_form(delivery: Delivery, *, undeclared: bool = False) -> PostedForm:
    """Return what was posted; `FormUnreadable` says why nothing was.

    `undeclared` takes a body without a content type as urlencoded.
    """
    content_type = delivery.headers.get("content-type", "")
    kind, options = parse_options_header(content_type.encode("utf-8", "surrogateescape"))
    if kind == b"multipart/form-data" and options.get(b"boundary"):
        return _multipart(delivery.body, boundary=options[b"boundary"])
    if kind == b"application/x-www-form-urlencoded" or (undeclared and not kind):
        return _urlencoded(delivery.body)
    raise FormUnreadable("the body is neither form-urlencoded nor multipart/form-data")


def _urlencoded(body: bytes) -> PostedForm:
    pairs = body.split(b"&", maxsplit=_PARTS) if body else []
    if len(pairs) > _PARTS:
        raise FormUnreadable("the form has too many fields")
    form = PostedForm()
    for pair in pairs:
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        form.values[_name(unquote_to_bytes(name))] = unquote_to_bytes(value)
    return form


def _name(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


@dataclass(slots=True)
class _Part:
    headers: dict[bytes, bytes] = field(default_factory=dict)
    content: bytearray = field(default_factory=bytearray)


class _Collector:
    """Gathers the parser's callbacks into parts."""

    def __init__(self) -> None:
        self.parts: list[_Part] = []
        self.whole = False
        self._name, self._value = bytearray(), bytearray()

    def begin(self) -> None:
        if len(self.parts) >= _PARTS:
            raise FormUnreadable("the form has too many parts")
        self.parts.append(_Part())

    def data(self, data: bytes, start: int, end: int) -> None:
        self.parts[-1].content += data[start:end]

    def header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        self.parts[-1].headers[bytes(self._name).lower()] = bytes(self._value)
        self._name, self._value = bytearray(), bytearray()

    def end(self) -> None:
        self.whole = True


def _multipart(body: bytes, *, boundary: bytes) -> PostedForm:
    collector = _Collector()
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": collector.begin,
                "on_part_data": collector.data,
                "on_header_field": collector.header_name,
                "on_header_value": collector.header_value,
                "on_header_end": collector.header_end,
                "on_end": collector.end,
            },
        )
        parser.write(body)
    except FormParserError:
        raise FormUnreadable("the form is not well formed") from None
    if not collector.whole:
        raise FormUnreadable("the form did not arrive whole")
    return _form(collector.parts)


def _form(parts: list[_Part]) -> PostedForm:
    form = PostedForm()
    for part in parts:
        _, options = parse_options_header(part.headers.get(b"content-disposition", b""))
        name = _name(options.get(b"name", b""))
        if b"filename" not in options:
            form.values[name] = bytes(part.content)
        elif options[b"filename"] or part.content:
            media_type = _name(part.headers.get(b"content-type", b"")).partition(";")[0].strip().lower()
            form.files.append(
                PostedFile(field=name, name=options[b"filename"], media_type=media_type, content=bytes(part.content))
            )
    return form
