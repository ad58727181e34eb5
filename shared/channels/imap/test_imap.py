"""The mailbox, against a real IMAP server."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryError
from shared.channel.outbound import Means
from shared.channels.imap import channel, polling
from shared.channels.imap.connection import Connection, mailbox_name
from shared.channels.imap.cursor import resume
from shared.channels.imap.mailbox import Standing, _set
from shared.channels.imap.settings import ImapSettings
from shared.clock import FixedClock
from shared.faults import TryLater
from shared.mail import limits
from tests.support.imap_server import PASSWORD, USER, ImapServer, running_imap_server
from tests.support.waiting import until

NOW = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)
CLOCK = FixedClock(NOW)
WITHIN_S = 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    with running_imap_server(tmp_path_factory.mktemp("imap")) as running:
        yield running


@pytest.fixture
def mailbox() -> str:
    return f"Reclami-{uuid4().hex[:8]}"


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
        async with aclosing(polls.watch(self.account, cursor=self.cursor, clock=CLOCK)) as batches:
            async for batch in batches:
                self.taken += batch.deliveries
                self.batches.append(len(batch.deliveries))
                self.cursor = msgspec.json.decode(msgspec.json.encode(batch.cursor))
                yield


async def test_two_hundred_mails_are_caught_up_with_in_batches_and_each_once(server: ImapServer, mailbox: str) -> None:
    server.append(mailbox, *(mail(n) for n in range(200)))
    follower = Follower(account_of(server, mailbox))
    await follower.until(200)
    assert numbers(follower.taken) == list(range(200))
    assert max(follower.batches) == polling._BATCH_MAILS
    delivery = follower.taken[7]
    assert delivery.body == mail(7)
    assert delivery.envelope["mailbox"] == mailbox
    assert delivery.received_at == NOW
    again = Follower(follower.account, cursor=follower.cursor)
    await again.for_a_while(1.5)
    assert again.taken == []


async def test_a_new_mail_is_announced_without_waiting_for_the_interval(server: ImapServer, mailbox: str) -> None:
    server.append(mailbox, mail(1))
    follower = Follower(account_of(server, mailbox, interval_seconds=600))
    await follower.until(1)
    following = asyncio.create_task(follower.until(2))
    await asyncio.sleep(1)
    await asyncio.to_thread(server.append, mailbox, mail(2))
    await asyncio.wait_for(following, 10)
    assert numbers(follower.taken) == [1, 2]


async def test_nothing_is_marked_as_seen_before_it_was_committed(server: ImapServer, mailbox: str) -> None:
    server.append(mailbox, mail(1), mail(2))
    polls = channel.polls
    assert polls is not None
    async with aclosing(polls.watch(account_of(server, mailbox), cursor=None, clock=CLOCK)) as batches:
        async with asyncio.timeout(WITHIN_S):
            while not (await anext(batches)).deliveries:
                pass
            assert await asyncio.to_thread(server.seen, mailbox) == 0
            following = asyncio.ensure_future(anext(batches))  # the batch is committed: go on
            await asyncio.to_thread(until, "both are marked", lambda: server.seen(mailbox) == 2)
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


async def test_a_mailbox_may_be_left_as_it_is(server: ImapServer, mailbox: str) -> None:
    server.append(mailbox, mail(1))
    follower = Follower(account_of(server, mailbox, mark_seen=False))
    await follower.until(1)
    again = Follower(follower.account, cursor=follower.cursor)
    await again.for_a_while(1)
    assert (again.taken, server.seen(mailbox)) == ([], 0)


async def test_at_the_first_connection_only_unread_mail_counts(server: ImapServer, mailbox: str) -> None:
    server.append(mailbox, mail(1), seen=True)
    server.append(mailbox, mail(2))
    server.append(mailbox, mail(3), mail(4), seen=True)
    follower = Follower(account_of(server, mailbox))
    await follower.for_a_while(1.5)
    assert numbers(follower.taken) == [2]
    # From now on a mail counts although somebody has read it first.
    server.append(mailbox, mail(5), seen=True)
    await follower.until(2)
    assert numbers(follower.taken) == [2, 5]


async def test_a_crash_before_the_commit_fetches_the_batch_again(server: ImapServer, mailbox: str) -> None:
    server.append(mailbox, *(mail(n) for n in range(60)))
    first = Follower(account_of(server, mailbox))
    await first.until(50)
    crashed = Follower(first.account, cursor=first.cursor)
    await crashed.until(10)
    again = Follower(first.account, cursor=first.cursor)
    await again.until(10)
    assert numbers(again.taken) == numbers(crashed.taken) == list(range(50, 60))


async def test_a_mailbox_made_anew_is_read_again_and_the_mails_keep_their_names(
    server: ImapServer, mailbox: str
) -> None:
    server.append(mailbox, mail(1), mail(2), seen=True)
    server.append(mailbox, mail(3))
    follower = Follower(account_of(server, mailbox))
    await follower.until(1)
    with server.client("INBOX") as client:
        client.rename(mailbox, f"{mailbox}-old")
    await asyncio.sleep(1.1)  # the server makes UIDVALIDITY out of the time
    server.append(mailbox, mail(3), mail(4), seen=True)
    await follower.until(3)
    assert sorted(numbers(follower.taken)) == [3, 3, 4]
    receives = channel.receives
    assert receives is not None
    names = [receives.parse(d, follower.account).messages[0].provider_message_id for d in follower.taken]
    assert len(set(names)) == 2


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
        verdict = await channel.checks.check(account, Means(http=http))
    assert not verdict.works
    assert "secret" not in verdict.words


async def test_a_password_is_not_sent_in_the_clear_over_a_network(server: ImapServer, mailbox: str) -> None:
    account = account_of(server, mailbox, host="imap.example.test")
    with pytest.raises(DeliveryError, match="TLS"):
        await Follower(account).until(1)


async def test_a_mailbox_is_followed_over_tls(server: ImapServer, mailbox: str) -> None:
    server.append(mailbox, mail(1))
    follower = Follower(account_of(server, mailbox, port=server.tls_port, tls=True))
    await follower.until(1)
    assert numbers(follower.taken) == [1]


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


async def test_a_mailbox_with_letters_beyond_ascii_is_found(server: ImapServer) -> None:
    name = f"Qualità & reclami {uuid4().hex[:6]}"
    assert mailbox_name("Qualità & più") == b'"Qualit&AOA- &- pi&APk-"'
    encoded = mailbox_name(name).decode()
    server.append(encoded, mail(1))
    follower = Follower(account_of(server, name))
    await follower.until(1)
    assert numbers(follower.taken) == [1]


async def test_a_thousand_answers_in_one_packet_are_read() -> None:
    reader = asyncio.StreamReader()
    lines = b"".join(b"* %d FETCH (UID %d RFC822.SIZE 10)\r\n" % (n, n) for n in range(3000))
    reader.feed_data(lines + b"A1 OK done\r\n")

    class Silent:
        def write(self, _: bytes) -> None: ...

        async def drain(self) -> None: ...

    connection = Connection(reader, Silent())  # type: ignore[arg-type]
    assert len(await connection.command("UID FETCH", "1:*", "(UID RFC822.SIZE)")) == 3000


def test_a_new_uidvalidity_starts_over_from_the_day_of_the_first_connection() -> None:
    first = resume(None, Standing(1, 11), today=dt.date(2026, 3, 1))
    assert first.searches(Standing(1, 11)) == [("UID", "1:10", "UNSEEN")]
    kept = first.after(10).after(14).stored()
    assert resume(kept, Standing(1, 20), today=NOW.date()).searches(Standing(1, 20)) == [("UID", "15:*")]
    assert resume(kept, Standing(1, 15), today=NOW.date()).searches(Standing(1, 15)) == []
    anew = resume(kept, Standing(2, 5), today=NOW.date())
    assert anew.searches(Standing(2, 6)) == [("UID", "1:4", "SINCE", "28-Feb-2026"), ("UID", "5:*")]


def test_uids_are_written_as_ranges() -> None:
    assert _set([1, 2, 3, 7, 9, 10]) == "1:3,7,9:10"


def test_a_mail_that_the_server_will_not_give_is_kept_in_quarantine(server: ImapServer, mailbox: str) -> None:
    assert channel.receives is not None
    delivery = Delivery(account="box", received_at=NOW, envelope={"uid": "4", "refused": "true"})
    with pytest.raises(DeliveryError):
        channel.receives.parse(delivery, replace(account_of(server, mailbox), title="x"))
