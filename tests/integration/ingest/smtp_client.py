"""A listener on loopback, what stands behind it, and a client that talks to it."""

from __future__ import annotations

import asyncio
import datetime as dt
import smtplib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from services.ingest.jobs.smtp_listener import SmtpListener
from shared.channel.delivery import Delivery
from shared.clock import FixedClock
from shared.faults import TryLater

NOW = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)


LIMIT = 1_000_000


MAIL = b"From: a@example.test\r\nSubject: x\r\n\r\nHello\r\n"


class House:
    """Stands behind the listener: keeps what it took, and fails as it is told."""

    def __init__(self) -> None:
        self.taken: list[Delivery] = []
        self.fail: dict[str, Exception] = {}
        self.slow = 0.0
        self.busy = asyncio.Event()
        self.account_fails = False

    async def account_of(self, recipient: str) -> str | None:
        if self.account_fails:
            raise TryLater("storage is down")
        local = recipient.lower().partition("@")[0].partition("+")[0]
        return {"care": "care", "aiuto": "care", "sales": "sales"}.get(local)

    async def take(self, delivery: Delivery) -> None:
        self.busy.set()
        await asyncio.sleep(self.slow)
        if delivery.account in self.fail:
            raise self.fail[delivery.account]
        self.taken.append(delivery)


@asynccontextmanager
async def listening(house: House, **more: Any) -> AsyncIterator[SmtpListener]:
    listener = SmtpListener(
        host="127.0.0.1", port=0, accept=house, size_limit=LIMIT, clock=FixedClock(NOW), **{"tls": None, **more}
    )
    await listener.start()
    try:
        yield listener
    finally:
        await listener.stop()


async def talk(listener: SmtpListener, conversation: Callable[[smtplib.SMTP], Any]) -> Any:
    def blocking() -> Any:
        with smtplib.SMTP("127.0.0.1", listener.port, timeout=10) as client:
            return conversation(client)

    return await asyncio.to_thread(blocking)


def sending_as_it_is(stuffed: bytes) -> Callable[[smtplib.SMTP], int]:
    """Send a mail with the bytes on the wire given, ended by CR LF . CR LF as they stand."""

    def conversation(client: smtplib.SMTP) -> int:
        client.ehlo()
        client.mail("a@example.test")
        client.rcpt("care@acme.test")
        client.docmd("DATA")
        client.send(stuffed)
        return client.getreply()[0]

    return conversation


def sending(raw: bytes, *to: str, sender: str = "a@example.test") -> Callable[[smtplib.SMTP], Any]:
    return lambda client: client.sendmail(sender, list(to or ("care@acme.test",)), raw)
