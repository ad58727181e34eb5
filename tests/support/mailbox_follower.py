"""Follows a mailbox on the real IMAP server as ingest does, for the tests of the channel."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, cast

import httpx
import msgspec

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.outbound import Means
from shared.channels.imap import channel
from shared.channels.imap.settings import ImapSettings
from shared.clock import FixedClock
from tests.support.imap_server import PASSWORD, USER, ImapServer

NOW = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)


CLOCK = FixedClock(NOW)


WITHIN_S = 20
MEANS = Means(http=cast("httpx.AsyncClient", None), allow_private_targets=True)


def account_of(server: ImapServer, mailbox: str, *, password: str = PASSWORD, **settings: Any) -> Account:
    base = {
        "host": "127.0.0.1",
        "port": server.port,
        "tls": False,
        "username": USER,
        "mailbox": mailbox,
        "interval_seconds": 0.5,
        "from": "care@acme.test",
        "relay_url": "smtp://127.0.0.1:1",
    }
    return Account(
        account="box",
        channel="imap",
        title="Acme",
        settings=msgspec.convert(base | settings, ImapSettings),
        secrets={"password": (password,)},
    )


def mail(number: int, *, size: int = 0) -> bytes:
    head = f"From: c{number}@example.test\r\nMessage-ID: <{number}@example.test>\r\nSubject: {number}\r\n\r\n"
    return head.encode() + b"Manca la cerniera.\r\n" + b"x" * 70 * (size // 70) + b"\r\n"


def numbers(deliveries: list[Delivery]) -> list[int]:
    return [int(d.body.split(b"Subject: ")[1].split(b"\r\n")[0]) for d in deliveries]


class Follower:
    """Does what ingest does: takes a batch, keeps the cursor with it, asks for the next."""

    def __init__(self, account: Account, *, cursor: Mapping[str, Any] | None = None) -> None:
        self.account, self.cursor = account, cursor
        self.taken: list[Delivery] = []
        self.batches: list[int] = []

    async def until(self, count: int, *, within_s: float = WITHIN_S) -> None:
        """Follow until so many mails were taken in all."""
        async with asyncio.timeout(within_s), aclosing(self._watch()) as batches:
            async for _ in batches:
                if len(self.taken) >= count:
                    return

    async def for_a_while(self, seconds: float) -> None:
        """Follow for some time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), aclosing(self._watch()) as batches:
                async for _ in batches:
                    pass

    async def _watch(self) -> AsyncGenerator[None]:
        polls = channel.polls
        assert polls is not None
        async with aclosing(polls.watch(self.account, cursor=self.cursor, clock=CLOCK, means=MEANS)) as batches:
            async for batch in batches:
                self.taken += batch.deliveries
                self.batches.append(len(batch.deliveries))
                self.cursor = msgspec.json.decode(msgspec.json.encode(batch.cursor))
                yield
