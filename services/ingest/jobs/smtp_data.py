"""Reads the mail after DATA: in large pieces, never more in memory than the limit, lines as long as they like."""

from __future__ import annotations

import asyncio
from typing import Any

_END = b"\r\n.\r\n"


async def read_mail_data(session: Any, *, limit: int) -> bytes | None:
    """Return the mail with dot-stuffing undone; nothing when it was larger than `limit` bytes, read to its end.

    `session` is aiosmtpd's. Only CR LF . CR LF ends a mail: what takes a bare line feed for one lets a second mail be
    smuggled in behind the first.
    """
    reader: asyncio.StreamReader = session._reader
    if reader._buffer:  # type: ignore[attr-defined]  # no public way to ask whether something waits
        # Nobody may send the mail before our 354.
        await session.push("503 5.5.1 Wait for the answer to DATA")
        session.transport.close()
        raise asyncio.CancelledError
    # A first line "." ends an empty mail: with this line end in front it looks like every other end.
    reader.feed_data(b"\r\n")
    await session.push("354 End data with <CR><LF>.<CR><LF>")
    received, too_much = bytearray(), False
    while True:
        piece, ended = await _next_piece(reader)
        too_much = too_much or len(received) + len(piece) > limit + 2 * len(_END)
        if too_much:
            received.clear()
        else:
            received += piece
        if ended:
            break
    if too_much:
        return None
    mail = bytes(received).replace(b"\r\n.", b"\r\n")[2:]
    return mail if len(mail) <= limit else None


async def _next_piece(reader: asyncio.StreamReader) -> tuple[bytes, bool]:
    try:
        return (await reader.readuntil(_END))[: -len(b".\r\n")], True
    except asyncio.LimitOverrunError as longer:
        return await reader.read(longer.consumed), False
