"""Loopback ports: the one asked for when it is free, another one when it is not."""

from __future__ import annotations

import socket
from collections.abc import Collection

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
