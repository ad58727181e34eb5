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
_KEY_ENDS = b'":'
_UNUSUAL = (b" :", b"\t:", b"\n:", b"\r:")
_HOLDERS = (dict, list)


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


def repeated_field(raw: bytes) -> bool:
    """Tell whether some object in `raw`, which is valid JSON, holds one key twice.

    As many keys written as there are different ones settle it at a third of the cost of noticing each while parsing.
    A quote and a colon within a text are counted, too: then, and where white space may part a key from its colon, it
    is looked at closely.
    """
    usual = not any(parted in raw for parted in _UNUSUAL)
    if usual and raw.count(_KEY_ENDS) == _keys_of(msgspec.json.decode(raw)):
        return False
    return _parse_noticing(raw)


def _keys_of(value: object) -> int:
    if isinstance(value, dict):
        return len(value) + sum(_keys_of(inner) for inner in value.values() if type(inner) in _HOLDERS)
    return sum(map(_keys_of, value)) if isinstance(value, list) else 0


class _Twice(Exception):
    pass


def _parse_noticing(raw: bytes) -> bool:
    try:
        json.loads(raw, object_pairs_hook=_no_key_twice)
    except _Twice:
        return True
    return False


def _no_key_twice(pairs: list[tuple[str, object]]) -> None:
    if len({key for key, _ in pairs}) < len(pairs):
        raise _Twice
