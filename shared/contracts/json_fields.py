"""What msgspec says about JSON, told as (JSON pointer, what to mend); and fields that stand twice."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from difflib import get_close_matches

import msgspec

_AT = re.compile(r"^(?P<what>.*?)(?: - at (?:`key` in )?`\$(?P<path>[^`]*)`)?$", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(\w+)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_SIMPLE = re.compile(r"[A-Za-z0-9_]{1,40}")
_WHITE = b" \n\t\r"


def mend(message: str, *, known: Sequence[str]) -> tuple[str, str]:
    """Return where a msgspec error points and what to mend there, without quoting values."""
    found = _AT.match(message)
    what, path = (found["what"], found["path"] or "") if found else (message, "")
    pointer = _pointer(path)
    if missing := _MISSING.search(what):
        return f"{pointer}/{missing[1]}", "this field is required"
    if unknown := _UNKNOWN.search(what):
        return _unknown(pointer, unknown[1], known)
    return pointer, what.replace("`", "").rstrip(".")


def _pointer(path: str) -> str:
    """`.attachments[0].name` becomes `/attachments/0/name`; a key that msgspec does not name is left out."""
    return re.sub(r"\[(\d+)\]", r"/\1", path.replace("[...]", "")).replace(".", "/")


def _unknown(pointer: str, name: str, known: Sequence[str]) -> tuple[str, str]:
    near = get_close_matches(name[:40], known, n=1)
    hint = f"; is {near[0]} meant?" if near else "; what is yours alone goes into metadata"
    where = f"{pointer}/{name}" if _SIMPLE.fullmatch(name) else pointer
    return where, f"there is no such field{hint}"


class _Twice(Exception):
    pass


def repeated_field(raw: bytes) -> bool:
    """Tell whether some object in `raw`, which is valid JSON, holds one key twice."""
    if _is_each_key_alone(raw):
        return False
    try:
        json.loads(raw, object_pairs_hook=_no_key_twice)
    except _Twice:
        return True
    return False


def _is_each_key_alone(raw: bytes) -> bool:
    """Tell, for a third of what looking closely costs, that no key stands twice; False says nothing.

    Without white space every key ends in a quotation mark and a colon, so there are at least as many such pairs as keys
    were written. If there are not more than keys were understood, each was written once.
    """
    try:
        return raw.translate(None, _WHITE).count(b'":') == _keys(msgspec.json.decode(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _keys(value: object) -> int:
    if isinstance(value, dict):
        number = len(value)
        for inner in value.values():
            if not isinstance(inner, str):
                number += _keys(inner)
        return number
    return sum(map(_keys, value)) if isinstance(value, list) else 0


def _no_key_twice(pairs: list[tuple[str, object]]) -> None:
    if len(dict(pairs)) < len(pairs):
        raise _Twice
