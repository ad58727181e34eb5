"""A mailbox followed by a running ingest: from a real IMAP server into a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.integration.ingest.conftest import RunningIngest
from tests.support.imap_server import PASSWORD, USER, ImapServer, running_imap_server
from tests.support.waiting import until


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    with running_imap_server(tmp_path_factory.mktemp("imap")) as running:
        yield running


def _mail(number: int) -> bytes:
    head = f"From: c{number}@example.test\r\nMessage-ID: <{number}@example.test>\r\nSubject: {number}\r\n\r\n"
    return head.encode() + b"Manca la cerniera.\r\n"


async def _announced(ingest: RunningIngest, count: int) -> list[str]:
    async with asyncio.timeout(30):
        while len(announced := await ingest.announced()) < count:  # noqa: ASYNC110 - the database cannot tell us
            await asyncio.sleep(0.1)
    return sorted(message.sender.email or "" for message in announced)


async def test_every_mail_of_a_mailbox_is_filed_once_and_marked(ingest: RunningIngest, server: ImapServer) -> None:
    await asyncio.to_thread(server.append, "INBOX", *(_mail(n) for n in range(60)), _mail(0))
    settings = {
        "host": "127.0.0.1",
        "port": server.port,
        "tls": False,
        "username": USER,
        "interval_seconds": 0.5,
        "from": "care@acme.test",
        "relay_url": "smtp://127.0.0.1:1",
    }
    await ingest.connect("box", "imap", settings, {"password": PASSWORD})
    assert await _announced(ingest, 60) == sorted(f"c{n}@example.test" for n in range(60))
    await asyncio.to_thread(until, "all are marked", lambda: server.seen("INBOX") == 61)
    async with asyncio.timeout(10):
        while (await ingest.balance("box"))["received"] < 61:  # noqa: ASYNC110 - counters are folded every second
            await asyncio.sleep(0.2)
    balance = await ingest.balance("box")
    assert (balance["filed"], balance["duplicate"]) == (60, 1)
    await asyncio.to_thread(server.append, "INBOX", _mail(61))
    assert len(await _announced(ingest, 61)) == 61
