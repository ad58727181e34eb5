"""The mailbox when the line breaks, the server refuses, or a mail is too much."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryError
from shared.channel.outbound import Means
from shared.channels.imap import channel, polling
from shared.channels.imap.connection import Connection
from shared.faults import TryLater
from shared.mail import limits
from tests.support.imap_server import ImapServer
from tests.support.mailbox_follower import NOW, Follower, account_of, mail, numbers


@asynccontextmanager
async def line_that_breaks(port: int, *, after: int) -> AsyncIterator[tuple[int, dict[str, int]]]:
    """A way to the server that is cut once so many bytes came back, the first time."""
    state = {"cuts": 0}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream = await asyncio.open_connection("127.0.0.1", port)
        asyncio.ensure_future(_pump(reader, upstream))  # noqa: RUF006
        passed = 0
        while data := await upstream_reader.read(8192):
            passed += len(data)
            if passed > after and not state["cuts"]:
                state["cuts"] += 1
                break
            writer.write(data)
        writer.transport.abort()
        upstream.transport.abort()

    proxy = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield proxy.sockets[0].getsockname()[1], state
    finally:
        proxy.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(8192):
            writer.write(data)
    except OSError:
        pass


async def test_a_connection_cut_in_the_middle_of_a_batch_loses_and_doubles_nothing(
    server: ImapServer, mailbox: str
) -> None:
    server.append(mailbox, *(mail(n, size=20_000) for n in range(40)))
    async with line_that_breaks(server.port, after=300_000) as (port, state):
        follower = Follower(account_of(server, mailbox, port=port))
        with pytest.raises(TryLater):
            await follower.until(40)
        assert follower.taken == []
        assert follower.cursor is not None
        await follower.until(40)
    assert state["cuts"] == 1
    assert numbers(follower.taken) == list(range(40))


async def test_a_server_that_is_gone_is_tried_later(server: ImapServer, mailbox: str) -> None:
    with pytest.raises(TryLater):
        await Follower(account_of(server, mailbox, port=1)).until(1)


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"mailbox": "no such mailbox"}])
async def test_what_somebody_has_to_mend_is_said(server: ImapServer, mailbox: str, wrong: dict[str, Any]) -> None:
    account = account_of(server, **({"mailbox": mailbox} | wrong))
    with pytest.raises(DeliveryError):
        await Follower(account).until(1)
    assert channel.checks is not None
    async with httpx.AsyncClient() as http:
        verdict = await channel.checks.check(account, Means(http=http, allow_private_targets=True))
    assert not verdict.works
    assert "secret" not in verdict.words


async def test_a_password_is_not_sent_in_the_clear_over_a_network(server: ImapServer, mailbox: str) -> None:
    account = account_of(server, mailbox, host="imap.example.test")
    with pytest.raises(DeliveryError, match="TLS"):
        await Follower(account).until(1)


async def test_a_mail_over_the_limit_comes_cut_and_is_filed(
    server: ImapServer, mailbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.append(mailbox, mail(1, size=200_000), mail(2))
    monkeypatch.setattr(limits, "MAIL_BYTES", 100_000)
    follower = Follower(account_of(server, mailbox))
    await follower.until(2)
    large = follower.taken[0]
    assert (len(large.body), large.envelope["truncated"]) == (100_000, "true")
    assert channel.receives is not None
    message = channel.receives.parse(large, follower.account).messages[0]
    assert "mail_cut" in message.notes
    assert message.text.startswith("Manca la cerniera.")


async def test_batches_are_bounded_in_bytes(server: ImapServer, mailbox: str, monkeypatch: pytest.MonkeyPatch) -> None:
    server.append(mailbox, *(mail(n, size=30_000) for n in range(6)))
    monkeypatch.setattr(polling, "_BATCH_BYTES", 70_000)
    follower = Follower(account_of(server, mailbox))
    await follower.until(6)
    assert max(follower.batches) == 2
    assert numbers(follower.taken) == list(range(6))


async def test_a_thousand_answers_in_one_packet_are_read() -> None:
    reader = asyncio.StreamReader()
    lines = b"".join(b"* %d FETCH (UID %d RFC822.SIZE 10)\r\n" % (n, n) for n in range(3000))
    reader.feed_data(lines + b"A1 OK done\r\n")

    class Silent:
        def write(self, _: bytes) -> None: ...

        async def drain(self) -> None: ...

    connection = Connection(reader, Silent())  # type: ignore[arg-type]
    assert len(await connection.command("UID FETCH", "1:*", "(UID RFC822.SIZE)")) == 3000


def test_a_mail_that_the_server_will_not_give_is_kept_in_quarantine(server: ImapServer, mailbox: str) -> None:
    assert channel.receives is not None
    delivery = Delivery(account="box", received_at=NOW, envelope={"uid": "4", "refused": "true"})
    with pytest.raises(DeliveryError):
        channel.receives.parse(delivery, replace(account_of(server, mailbox), title="x"))
