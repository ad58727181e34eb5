"""What msgspec says about JSON, told as (JSON pointer, what to mend); and fields that stand twice."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from difflib import get_close_matches

_AT = re.compile(r"^(?P<what>.*?)(?: - at (?:`key` in )?`\$(?P<path>[^`]*)`)?$", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(\w+)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_SIMPLE = re.compile(r"[A-Za-z0-9_]{1,40}")
_KEY = re.compile(rb'"([a-z0-9_]+)"\s*:')
_SPELLED_OUT = re.compile(rb"\\u00[2-7]")
_SMALL = 65_536


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


def repeated_field(raw: bytes, *, nested: bool) -> bool:
    """Tell whether some object in `raw` (valid JSON whose keys are all known, or `nested`) holds one key twice.

    Keys that differ everywhere settle it at a tenth of the cost of parsing again; that is left for where looking
    cannot tell: objects within lists, keys of the client's own (`nested`), large bodies, spelled-out characters.
    """
    if not nested and len(raw) < _SMALL and not _SPELLED_OUT.search(raw):
        keys = _KEY.findall(raw)
        if len(set(keys)) == len(keys):
            return False
    return _parse_noticing(raw)


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
