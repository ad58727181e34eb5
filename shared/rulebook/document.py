"""YAML as the rulebook reads it: with the line of every value, nothing twice, nothing without bounds.

Plain values follow the YAML 1.2 core schema, because 1.1 makes a truth of `no` and a number of `17:30`.
Keys are text. Tags are refused; an alias counts as often as it is used, so that a small file cannot unfold without end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_BYTES = 4 * 1024 * 1024
MAX_VALUES = 400_000
MAX_DEPTH = 24

Path = tuple[str | int, ...]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(?:[0-9]{1,18}\.[0-9]{0,18}|[0-9]{1,18}(?:\.[0-9]{0,18})?[eE][-+]?[0-9]{1,2})")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


class Unreadable(Exception):
    """The text is not a document that a rulebook may hold; `line` is where, `mend` what to do."""

    def __init__(self, what: str, *, line: int | None, mend: str) -> None:
        super().__init__(what)
        self.line = line
        self.mend = mend


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Plain data with the line of every key and list item, counted from 1."""

    data: object
    lines: dict[Path, int] = field(repr=False)

    def line(self, path: Path) -> int:
        """Return the line of the deepest part of `path` that stands in the text; parts that do not are passed over."""
        at: Path = ()
        for part in path:
            deeper = (*at, part)
            if deeper in self.lines:
                at = deeper
        return self.lines.get(at, 1)


def parse(raw: bytes) -> Document:
    """Read one YAML document, or raise `Unreadable` with the line at fault."""
    if len(raw) > MAX_BYTES:
        raise Unreadable(f"the file has {len(raw)} bytes", line=None, mend=f"split it; {MAX_BYTES} are read at most")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Unreadable("the file is not UTF-8", line=line, mend="save it as UTF-8") from None
    try:
        return _Builder(yaml.parse(text, Loader=_LOADER)).document()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        mend = "mend the indentation, or put the value in quotes"
        raise Unreadable(f"not YAML: {error.problem or error.context}", line=line, mend=mend) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Unreadable("a character that YAML does not allow", line=line, mend="remove it") from None
    except yaml.YAMLError as error:
        raise Unreadable(f"not YAML: {error}", line=1, mend="mend the text") from None


class _Builder:
    """Builds plain data from events; recursion is bounded by MAX_DEPTH."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._lines: dict[Path, int] = {(): 1}
        self._anchors: dict[str, tuple[object, int]] = {}
        self._count = 0

    def document(self) -> Document:
        data: object = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise Unreadable("a second document begins", line=_line(event), mend="keep one document in a file")
                data = self._value(next(self._events), (), 0)
        return Document(data=data, lines=self._lines)

    def _value(self, event: Any, path: Path, depth: int) -> object:
        if depth > MAX_DEPTH:
            raise Unreadable("nested too deeply", line=_line(event), mend=f"nest {MAX_DEPTH} levels at most")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag not in (None, "!"):
            raise Unreadable(f"the tag {event.tag}", line=_line(event), mend="write the value without a tag")
        before = self._count
        self._counted(1, event)
        value = self._unaliased(event, path, depth)
        if event.anchor:
            self._anchors[event.anchor] = (value, self._count - before)
        return value

    def _unaliased(self, event: Any, path: Path, depth: int) -> object:
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path, depth)
        return self._mapping(path, depth)

    def _sequence(self, path: Path, depth: int) -> list[object]:
        items: list[object] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            deeper = (*path, len(items))
            self._lines[deeper] = _line(event)
            items.append(self._value(event, deeper, depth + 1))
        return items

    def _mapping(self, path: Path, depth: int) -> dict[str, object]:
        entries: dict[str, object] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise Unreadable("a key that is not a word", line=_line(event), mend="use a plain word as the key")
            deeper = (*path, event.value)
            if event.value in entries:
                first = self._lines[deeper]
                mend = f"it stands on line {first} already; keep one of the two"
                raise Unreadable(f"the key `{event.value}` stands twice", line=_line(event), mend=mend)
            self._lines[deeper] = _line(event)
            entries[event.value] = self._value(next(self._events), deeper, depth + 1)
        return entries

    def _alias(self, event: Any) -> object:
        if event.anchor not in self._anchors:
            mend = "name an anchor that stands above, and not around, this line"
            raise Unreadable(f"the alias *{event.anchor} names nothing", line=_line(event), mend=mend)
        value, size = self._anchors[event.anchor]
        self._counted(size, event)
        return value

    def _counted(self, values: int, event: Any) -> None:
        self._count += values
        if self._count > MAX_VALUES:
            mend = f"{MAX_VALUES} are read at most; use fewer aliases or a shorter list"
            raise Unreadable("the document unfolds into too many values", line=_line(event), mend=mend)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _scalar(event: yaml.ScalarEvent) -> object:
    text: str = event.value
    if event.style or event.tag:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
