"""Floods and slow clients on loopback, bounded; and what a process holds meanwhile."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

MIB = 1024 * 1024


def resident_mib(pid: int) -> float:
    """Return the resident memory of a process and its children."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB + sum(resident_mib(int(child)) for child in children)


@dataclass
class Streamed:
    """What a server did with an endless body: the bytes it let us send, and its first answer."""

    sent: int = 0
    answer: bytes = b""
    peak_mib: float = 0.0


def stream(url: str, head: bytes, pieces: Iterator[bytes], *, pid: int, within_s: float = 60.0) -> Streamed:
    """Send a head and then a body until the server answers, closes, or the body ends; watch its memory meanwhile."""
    parts, seen, began = urlsplit(url), Streamed(), time.monotonic()
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        with suppress(OSError):
            connection.sendall(head)
            for piece in pieces:
                connection.sendall(piece)
                seen.sent += len(piece)
                seen.peak_mib = max(seen.peak_mib, resident_mib(pid)) if seen.sent % (16 * MIB) == 0 else seen.peak_mib
                if time.monotonic() - began > within_s:
                    break
        with suppress(OSError):
            seen.answer = connection.recv(4096)
    return seen


async def dribble(url: str, first: bytes, then: bytes, *, every_s: float, give_up_s: float) -> float:
    """Open a connection, send `first` and one more byte at a time; return after how long it was closed."""
    parts, began = urlsplit(url), time.monotonic()
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)

    async def send() -> None:
        writer.write(first)
        for byte in then:
            await asyncio.sleep(every_s)
            writer.write(bytes([byte]))

    sending = asyncio.create_task(send())
    with suppress(TimeoutError, OSError):
        async with asyncio.timeout(give_up_s):
            while await reader.read(4096):
                pass
    sending.cancel()
    writer.transport.abort()
    return time.monotonic() - began
