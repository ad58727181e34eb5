"""E-mail as it goes out, against a real relay on loopback."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from shared.channel.errors import SendingFailed
from shared.channel.outbound import MailRelay, Means, Outgoing, Sent
from shared.channels.email import channel
from shared.channels.email.outbound import EmailSends
from shared.clock import FixedClock
from shared.contracts.parts import ReplyAddress
from shared.faults import TryLater
from shared.mail.sending import send_mail
from tests.support.mail_relay import NOW, TOKEN, account_of, read, relay_running

OUTGOING = Outgoing(
    outbound_id=UUID("6f1d1e9c-4a3b-5c2d-8e7f-0123456789ab"),
    kind="acknowledgement",
    reference="T6QYJ5XKA",
    reply=ReplyAddress(
        account="mail-1",
        channel="email",
        to="Anna@example.test",
        thread={"message_id": "<" + "long" * 30 + "@example.test>", "references": "<a@x> <b@x>"},
    ),
    text="Abbiamo ricevuto il suo reclamo.\nÈ atteso il 24/11.\n.\nAcme",
    subject="Re: Armadio rotto è T6QYJ5XKA",
    reply_token=TOKEN,
)


async def send(url: str, outgoing: Outgoing = OUTGOING, **settings: Any) -> Sent:
    sends = EmailSends(clock=FixedClock(NOW))
    async with httpx.AsyncClient() as http:
        return await sends.send(
            outgoing, account_of(relay_url=url, **settings), Means(http=http, allow_private_targets=True)
        )


async def test_an_acknowledgement_threads_and_says_that_it_is_automatic() -> None:
    with relay_running() as (relay, url):
        sent = await send(url)
    (mail_out,) = relay.mails
    assert relay.recipients == ["Anna@example.test"]
    assert str(mail_out["From"]) == "Acme <care@acme.test>"
    assert str(mail_out["Reply-To"]) == f"Acme <care+{TOKEN}@acme.test>"
    assert mail_out["In-Reply-To"] == OUTGOING.reply.thread["message_id"]
    assert mail_out["References"] == f"<a@x> <b@x> {OUTGOING.reply.thread['message_id']}"
    assert mail_out["Message-ID"] == sent.provider_message_id == f"<ascolto-{OUTGOING.outbound_id}@acme.test>"
    assert (mail_out["Auto-Submitted"], mail_out["X-Auto-Response-Suppress"]) == ("auto-replied", "All")
    assert mail_out["Subject"] == OUTGOING.subject
    assert mail_out["Date"].datetime == NOW
    body = mail_out.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").strip() == OUTGOING.text
    assert all(len(line) <= 998 for line in relay.raw[0].split(b"\r\n"))


async def test_what_a_person_wrote_is_not_called_automatic() -> None:
    with relay_running() as (relay, url):
        await send(url, replace(OUTGOING, automatic=False))
    assert relay.mails[0]["Auto-Submitted"] is None


async def test_the_same_message_has_the_same_id_at_every_attempt() -> None:
    with relay_running() as (relay, url):
        assert await send(url) == await send(url)
    assert relay.mails[0]["Message-ID"] == relay.mails[1]["Message-ID"]


async def test_our_own_reader_reads_what_we_send_as_automatic_and_finds_the_thread() -> None:
    with relay_running() as (relay, url):
        await send(url)
    message = read(relay.raw[0])
    assert message.automatic == "auto-submitted"
    assert message.text == OUTGOING.text
    assert message.joins.references[-2:] == ("<b@x>", "<a@x>")


async def test_nothing_can_be_smuggled_into_the_headers() -> None:
    evil = replace(OUTGOING, subject="x\r\nBcc: evil@example.test\r\n\r\nbody")
    with relay_running() as (relay, url):
        await send(url, evil)
        reply = msgspec.structs.replace(OUTGOING.reply, to="a@b.test\r\nRCPT TO:<evil@x>")
        with pytest.raises(SendingFailed):
            await send(url, replace(OUTGOING, reply=reply))
    assert relay.mails[0]["Bcc"] is None
    assert len(relay.mails) == 1


async def test_lone_surrogates_and_nul_are_sent_as_something() -> None:
    with relay_running() as (relay, url):
        await send(url, replace(OUTGOING, text="a\ud800b\x00c", subject="\udfff"))
    assert len(relay.mails) == 1


async def test_a_local_part_too_long_for_the_token_gets_none() -> None:
    long = "c" * 50 + "@acme.test"
    with relay_running() as (relay, url):
        await send(url, OUTGOING, **{"from": long})
    assert relay.mails[0]["Reply-To"] is None


async def test_domains_beyond_ascii_travel_in_ascii() -> None:
    reply = msgspec.structs.replace(OUTGOING.reply, to="zoe@münchen.test")
    with relay_running() as (relay, url):
        await send(url, replace(OUTGOING, reply=reply))
    assert relay.recipients == ["zoe@xn--mnchen-3ya.test"]


async def test_addresses_beyond_ascii_travel_by_smtputf8() -> None:
    reply = msgspec.structs.replace(OUTGOING.reply, to="zoë@example.test")
    with relay_running(enable_SMTPUTF8=True) as (relay, url):
        await send(url, replace(OUTGOING, reply=reply))
    assert relay.recipients == ["zoë@example.test"]


@pytest.mark.parametrize("stage", ["rcpt", "data"])
@pytest.mark.parametrize("code", [421, 450, 451, 452, 550, 552, 554])
async def test_the_relays_answer_decides_whether_to_try_again(stage: str, code: int) -> None:
    with relay_running() as (relay, url):
        setattr(relay, stage, f"{code} 5.1.1 <anna@example.test> is not liked")
        with pytest.raises(TryLater if code < 500 else SendingFailed) as refused:
            await send(url)
    assert "anna" not in str(refused.value)


async def test_a_relay_that_is_gone_is_tried_later() -> None:
    with pytest.raises(TryLater):
        await send("smtp://127.0.0.1:1")


@pytest.mark.parametrize("url", ["", "http://x", "smtp://", "smtp://host:99999999", "::"])
async def test_a_relay_that_is_none_is_said_to_be_none(url: str) -> None:
    relay = MailRelay(url=url, sender="care@acme.test", allow_private=True)
    with pytest.raises(SendingFailed) as failed:
        await send_mail(outgoing=OUTGOING, relay=relay, title="x", now=NOW)
    assert failed.value.cause == "no_relay"


@asynccontextmanager
async def server_that_says(*lines: bytes) -> AsyncIterator[str]:
    """A server that answers each line with the next of `lines`, then hangs."""

    served: list[asyncio.Task[None] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(asyncio.current_task())
        with contextlib.suppress(OSError):
            for line in lines:
                writer.write(line)
                if not await reader.readline():
                    break
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await asyncio.gather(*filter(None, served))


async def test_a_relay_that_hangs_up_in_the_middle_is_tried_later() -> None:
    async with server_that_says(b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n") as url:
        with pytest.raises(TryLater):
            await send(url)


async def test_a_password_is_not_sent_in_the_clear_over_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.mail.sending._Route.local", False)
    with relay_running() as (relay, url), pytest.raises(SendingFailed) as failed:
        await send(url.replace("smtp://", "smtp://user:secret@"))
    assert failed.value.cause == "no_tls"
    assert relay.mails == []


async def test_a_login_that_is_refused_is_said_so() -> None:
    async with server_that_says(
        b"220 hi\r\n", b"250-hi\r\n250 AUTH PLAIN\r\n", b"535 5.7.8 no\r\n", b"221 bye\r\n"
    ) as url:
        with pytest.raises(SendingFailed) as failed:
            await send(url.replace("smtp://", "smtp://user:secret@"))
    assert failed.value.cause == "login_refused"


async def test_a_check_says_in_words_whether_the_relay_answers() -> None:
    assert channel.checks is not None
    async with httpx.AsyncClient() as http:
        with relay_running() as (_, url):
            works = await channel.checks.check(account_of(relay_url=url), Means(http=http, allow_private_targets=True))
        gone = await channel.checks.check(account_of(), Means(http=http, allow_private_targets=True))
    assert works.works
    assert not gone.works
    assert "cannot be reached" in gone.words
