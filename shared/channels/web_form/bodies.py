"""The body of a posted form, urlencoded or multipart, read without touching a disk.

FastAPI's own reading refuses plain fields over 1 MiB and turns other charsets into nonsense; this one does neither.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from shared.channel.delivery import Delivery

_PARTS = 100


class FormUnreadable(ValueError):
    """The body is no form, or not a whole one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedFile:
    """A file as the browser sent it; name and type are claims."""

    name: str
    media_type: str
    content: bytes


@dataclass(slots=True, kw_only=True)
class PostedForm:
    """The fields (the last of a name wins) and the files."""

    values: dict[str, str] = field(default_factory=dict)
    files: list[PostedFile] = field(default_factory=list)


def read_form(delivery: Delivery) -> PostedForm:
    """Return what was posted; `FormUnreadable` says why nothing was."""
    content_type = delivery.headers.get("content-type", "")
    kind, options = parse_options_header(content_type.encode("utf-8", "surrogateescape"))
    if kind == b"multipart/form-data" and options.get(b"boundary"):
        return _multipart(delivery.body, boundary=options[b"boundary"])
    if kind in (b"application/x-www-form-urlencoded", b""):
        return _urlencoded(delivery.body)
    raise FormUnreadable("the body is neither form-urlencoded nor multipart/form-data")


def _urlencoded(body: bytes) -> PostedForm:
    pairs = body.split(b"&", maxsplit=_PARTS) if body else []
    if len(pairs) > _PARTS:
        raise FormUnreadable("the form has too many fields")
    form = PostedForm()
    for pair in pairs:
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        form.values[_words(unquote_to_bytes(name))] = _words(unquote_to_bytes(value))
    return form


def _words(raw: bytes) -> str:
    """Decode as the page asks for it; an old browser's Windows-1252 is better than a refusal."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


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
        name = _words(options.get(b"name", b""))
        if b"filename" not in options:
            form.values[name] = _words(bytes(part.content))
        elif options[b"filename"] or part.content:
            form.files.append(
                PostedFile(
                    name=_words(options[b"filename"]),
                    media_type=_words(part.headers.get(b"content-type", b"")).partition(";")[0].strip().lower(),
                    content=bytes(part.content),
                )
            )
    return form
