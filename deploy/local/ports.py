"""Loopback ports: the one asked for when it is free, another one when it is not."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Collection, Mapping
from typing import TextIO

import psutil  # type: ignore[import-untyped]

from deploy.local.caches import caches

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Without it the port of a server that has just stopped counts as busy while its connections linger.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return not answers(port)


def answers(port: int, *, host: str = LOOPBACK, within_s: float = 0.25) -> bool:
    """Tell whether somebody accepts connections on this port."""
    try:
        with socket.create_connection((host, port), timeout=within_s):
            return True
    except OSError:
        return False


def any_free(*, besides: Collection[int] = ()) -> int:
    """Return a loopback port that nobody listens on and that is not one of `besides`."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind((LOOPBACK, 0))
            port = int(probe.getsockname()[1])
        if port not in besides:
            return port


def choose(preferred: int, *, besides: Collection[int] = ()) -> int:
    """Return the preferred port, or a free one when it is busy or promised to another part."""
    if preferred not in besides and is_free(preferred):
        return preferred
    return any_free(besides=besides)


def promised(wished: Mapping[str, int]) -> dict[str, int]:
    """Return a port for each name, the wished one where it is free, and keep others from being promised it.

    Minutes may pass between choosing a port and listening on it; two checkouts that start together must not choose
    one port twice. A promise ends with the process it was made to.
    """
    book = caches() / "ports.json"
    with book.open("a+") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        others = _still_promised(handle)
        taken = [port for ports in others.values() for port in ports]
        chosen: dict[str, int] = {}
        for name, port in wished.items():
            chosen[name] = choose(port, besides=[*taken, *chosen.values(), *(p for p in wished.values() if p != port)])
        handle.seek(0)
        handle.truncate()
        json.dump({**others, _own_name(): list(chosen.values())}, handle)
    return chosen


def _still_promised(handle: TextIO) -> dict[str, list[int]]:
    handle.seek(0)
    try:
        book: dict[str, list[int]] = json.load(handle)
    except ValueError:
        return {}
    return {owner: ports for owner, ports in book.items() if owner != _own_name() and _lives(owner)}


def _own_name() -> str:
    return f"{os.getpid()}@{psutil.Process().create_time():.0f}"


def _lives(owner: str) -> bool:
    pid, _, started_at = owner.partition("@")
    try:
        return abs(float(psutil.Process(int(pid)).create_time()) - float(started_at)) < 2
    except (psutil.Error, ValueError):
        return False
