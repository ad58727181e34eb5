"""A fetched mail that cannot be filed waits in quarantine; what lies behind it is filed, and the cursor goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import TypeVar

import pytest
from sqlalchemy import text

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryInvalid
from shared.channel.inbound import Parsed
from shared.channel_registry import registry
from shared.channels.imap import channel
from shared.channels.imap.inbound import ImapReceives
from tests.integration.ingest.conftest import RunningIngest
from tests.support.imap_server import PASSWORD, USER, ImapServer, running_imap_server

T = TypeVar("T")


class Strict(ImapReceives):
    """Takes a mail for one that its sender may mend, as channels with a waiting sender do."""

    heavy = False

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        if b"Subject: bad" in delivery.body:
            raise DeliveryInvalid((("/subject", "is not one of ours"),))
        return super().parse(delivery, account)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    with running_imap_server(tmp_path_factory.mktemp("imap")) as running:
        yield running


def mail(subject: str) -> bytes:
    head = f"From: {subject}@example.test\r\nMessage-ID: <{subject}@x.test>\r\nSubject: {subject}\r\n\r\n"
    return head.encode() + b"Manca la cerniera.\r\n"


async def until(what: str, probe: Callable[[], Awaitable[T]], *, within_s: float = 20) -> T:
    async with asyncio.timeout(within_s):
        while not (seen := await probe()):  # noqa: ASYNC110 - the database cannot tell us
            await asyncio.sleep(0.1)
    return seen


# The last mail of a batch takes the cursor with it, so it matters whether that is the one at fault.
@pytest.mark.parametrize("subjects", [("bad", "one", "two"), ("one", "bad", "two"), ("one", "two", "bad")])
async def test_the_mails_behind_it_are_filed(
    ingest: RunningIngest, server: ImapServer, subjects: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    box = f"Reclami-{subjects.index('bad')}"
    await asyncio.to_thread(server.append, box, *(mail(subject) for subject in subjects))
    monkeypatch.setitem(registry(), "strict", replace(channel, name="strict", receives=Strict()))
    settings = {
        "host": "127.0.0.1", "port": server.port, "tls": False, "username": USER, "mailbox": box,
        "interval_seconds": 0.3, "from": "care@acme.test", "relay_url": "smtp://127.0.0.1:1",
    }  # fmt: skip
    await ingest.connect("box", "strict", settings, {"password": PASSWORD})

    async def senders() -> list[str]:
        announced = [message.sender.email or "" for message in await ingest.announced()]
        return sorted(announced) if len(announced) == 2 else []

    assert await until("two are filed", senders) == ["one@example.test", "two@example.test"]
    [kept] = await until("one is kept", lambda: quarantined(ingest))
    assert (kept["cause"], kept["detail"]) == ("invalid", "/subject: is not one of ours")
    raw = await ingest.http.get(f"/v1/deliveries/{kept['delivery_id']}/raw", headers=ingest.key)
    assert raw.content == mail("bad")
    assert await until("the cursor is behind it", lambda: cursor(ingest)) == 3

    await asyncio.to_thread(server.append, box, mail("three"))

    async def behind() -> bool:
        return "three@example.test" in [message.sender.email for message in await ingest.announced()]

    assert await until("what comes later is filed", behind)

    async def balanced() -> bool:
        counts = await ingest.balance("box")
        return (counts["filed"], counts["quarantined"], counts["received"]) == (3, 1, 4)

    assert await until("the books balance", balanced)


async def quarantined(ingest: RunningIngest) -> list[dict[str, str]]:
    answer = await ingest.http.get("/v1/deliveries", params={"state": "quarantined"}, headers=ingest.key)
    return list(answer.json()["items"])


async def cursor(ingest: RunningIngest) -> int:
    async with ingest.engine.connect() as connection:
        found = await connection.execute(text("SELECT cursor ->> 'uid' FROM ingest.cursors WHERE account = 'box'"))
        uid = int(found.scalar_one_or_none() or 0)
        return uid if uid >= 3 else 0
