"""The load at the SMTP door: sessions that hand over one prepared mail after the other.

`python -m tests.bench.smtp_load ORDER`, the order in JSON; prints the mails a second that were answered 250.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator

import msgspec
import uvloop

from tests.bench.mails import mails


class MailOrder(msgspec.Struct, frozen=True, kw_only=True):
    """How many mails, for whom, over how many sessions."""

    port: int
    recipient: str
    mails: int
    sessions: int = 16


async def run(order: MailOrder) -> float:
    """Hand all of them over and return how many a second were taken."""
    waiting = iter([_dotted(mail) for mail in mails(order.mails, recipient=order.recipient)])
    sessions = [await _Session.open(order) for _ in range(order.sessions)]
    began = time.perf_counter()
    await asyncio.gather(*(session.hand_over(waiting) for session in sessions))
    return order.mails / (time.perf_counter() - began)


class _Session:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, order: MailOrder) -> None:
        self._reader, self._writer, self._order = reader, writer, order

    @classmethod
    async def open(cls, order: MailOrder) -> _Session:
        session = cls(*await asyncio.open_connection("127.0.0.1", order.port), order)
        await session._answered(b"220")
        await session._say(b"EHLO bench.example.test", b"250")
        return session

    async def hand_over(self, waiting: Iterator[bytes]) -> None:
        for mail in waiting:
            await self._say(b"MAIL FROM:<anna@example.test>", b"250")
            await self._say(f"RCPT TO:<{self._order.recipient}>".encode(), b"250")
            await self._say(b"DATA", b"354")
            await self._say(mail + b".", b"250")
        self._writer.close()

    async def _say(self, line: bytes, expected: bytes) -> None:
        self._writer.write(line + b"\r\n")
        await self._answered(expected)

    async def _answered(self, expected: bytes) -> None:
        while (line := await self._reader.readline())[3:4] == b"-":
            pass
        if not line.startswith(expected):
            raise ConnectionError(f"{line!r} instead of {expected!r}")


def _dotted(mail: bytes) -> bytes:
    return mail.replace(b"\r\n.", b"\r\n..")


if __name__ == "__main__":
    sys.stdout.write(str(uvloop.run(run(msgspec.json.decode(sys.argv[1], type=MailOrder)))))
