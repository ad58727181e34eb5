"""The ways in which a body goes wrong between a vendor and us."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 10**30, "", "x", "\x00", "\ud800", "9" * 400,
    [], [None], [[]], [1, "x", {}], {}, {"x": None},
)  # fmt: skip


def wrong_types(body: bytes) -> Iterator[bytes]:
    """Yield the JSON body with every value in it replaced by something of another kind, and with every key gone."""
    whole = json.loads(body)
    for path in list(_paths(whole)):
        for wrong in WRONG:
            yield json.dumps(_replaced(whole, path, wrong)).encode()
        yield json.dumps(_replaced(whole, path, _GONE)).encode()


_GONE = object()


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _paths(inner, (*path, key))


def _replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return None if new is _GONE else new
    copy = dict(value) if isinstance(value, dict) else list(value)
    if new is _GONE and len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = _replaced(value[path[0]], path[1:], new)
    return copy


def cut_short(body: bytes) -> Iterator[bytes]:
    """Yield the beginnings of a body, a hundred of them at most."""
    step = max(1, len(body) // 100)
    yield from (body[:length] for length in range(0, len(body) - 1, step))


def nonsense() -> Iterator[bytes]:
    """Yield bodies that are nothing at all."""
    yield from (b"", b" ", b"null", b"[]", b"{}", b"\xff\xfe", b"\x00" * 64, b"<xml/>", b"=&=&=", b"%", b"%zz=%")
    yield b"[" * 200_000
    yield b'{"a":' * 200_000
    yield b'{"entry":' + b"9" * 50_000 + b"}"
    yield b"&".join(b"a%d=1" % n for n in range(5_000))
