"""E-mail as it comes in and as it goes out, against a real relay on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from aiosmtpd.controller import Controller

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryMalformed, SendingFailed
from shared.channel.inbound import InboundMessage
from shared.channel.outbound import MailRelay, Means, Outgoing, Sent
from shared.channels.email import channel
from shared.channels.email.outbound import EmailSends
from shared.channels.email.recipients import knows
from shared.channels.email.settings import EmailSettings
from shared.clock import FixedClock
from shared.contracts.parts import ReplyAddress
from shared.faults import TryLater
from shared.mail.sending import send_mail

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
FIXTURES = Path(__file__).parent / "fixtures"
TOKEN = "abcdefghj-abcdefghijklmnop"


def account_of(**settings: Any) -> Account:
    base = {"addresses": ["care@acme.test"], "from": "care@acme.test", "relay_url": "smtp://127.0.0.1:1"}
    return Account(
        account="mail-1", channel="email", title="Acme", settings=msgspec.convert(base | settings, EmailSettings)
    )


def read(raw: bytes, *, envelope: dict[str, str] | None = None, **settings: Any) -> InboundMessage:
    assert channel.receives is not None
    delivery = Delivery(account="mail-1", received_at=NOW, body=raw, envelope=envelope or {})
    (message,) = channel.receives.parse(delivery, account_of(**settings)).messages
    return message


def mail(**headers: str) -> bytes:
    composed = EmailMessage()
    composed["From"], composed["To"], composed["Message-ID"] = (
        "Anna <Anna@Example.test>",
        "care@acme.test",
        "<1@example.test>",
    )
    for name, value in headers.items():
        composed[name.replace("_", "-")] = value
    composed.set_content(
        "Il codice è AB12.\n\nIl giorno 22/11/2026 alle 10:00 Acme <c@acme.test> ha scritto:\n> Quale?\n"
    )
    return composed.as_bytes(policy=email.policy.SMTP)


# --- in ------------------------------------------------------------------------------------------


def test_a_mail_becomes_a_message_of_its_sender() -> None:
    message = read(mail(Subject="Armadio T6QYJ5XKA"))
    assert (message.sender.name, message.sender.email, message.conversation) == (
        "Anna",
        "anna@example.test",
        "anna@example.test",
    )
    assert message.text == "Il codice è AB12."
    assert message.full_text is not None
    assert "> Quale?" in message.full_text
    assert message.joins.quoted == ("T6QYJ5XKA",)
    assert not message.threaded
    assert message.automatic is None
    assert message.reply == ReplyAddress(
        account="mail-1", channel="email", to="Anna@example.test",
        thread={"message_id": "<1@example.test>", "references": "<1@example.test>"},
    )  # fmt: skip


def test_an_answer_brings_back_the_token_wherever_the_address_stands() -> None:
    address = f"care+{TOKEN}@acme.test"
    assert read(mail(), envelope={"rcpt_to": f"x@acme.test\n{address.upper()}"}).token == TOKEN
    assert read(mail(Cc=f"Acme <{address}>")).token == TOKEN
    assert read(mail(Delivered_To=address)).token == TOKEN
    assert read(mail(), envelope={"rcpt_to": "care@acme.test"}).token is None


def test_the_thread_goes_on_from_the_last_mail() -> None:
    message = read(mail(In_Reply_To="<0@acme.test>", References="<a@x> <0@acme.test>"))
    assert message.joins.references == ("<0@acme.test>", "<a@x>")
    assert message.reply is not None
    assert message.reply.thread["references"] == "<a@x> <0@acme.test> <1@example.test>"


def test_answers_go_where_the_sender_wants_them() -> None:
    message = read(mail(Reply_To="Ufficio <ufficio@example.test>"))
    assert message.reply is not None
    assert message.reply.to == "ufficio@example.test"
    assert message.sender.email == "anna@example.test"


def test_mail_of_our_own_is_never_answered() -> None:
    assert read(mail().replace(b"Anna@Example.test", b"care@acme.test")).automatic == "own-address"


def test_the_sender_is_verified_by_our_own_server_only() -> None:
    vouched = mail(Authentication_Results="mx.acme.test; dmarc=pass header.from=example.test")
    assert read(vouched).sender.verified == ()
    assert read(vouched, authserv_id="mx.acme.test").sender.verified == ("email",)
    failed = read(vouched.replace(b"dmarc=pass", b"dmarc=fail"), authserv_id="mx.acme.test")
    assert (failed.sender.verified, failed.notes) == ((), ("dmarc_failed",))


def test_a_mail_from_nobody_is_kept_without_an_address_to_answer() -> None:
    message = read((FIXTURES / "eight_bit.eml").read_bytes().replace(b"zoe@example.test", b""))
    assert message.reply is None
    assert message.automatic == "no-sender"
    assert message.conversation
    assert "café" in message.text


def test_bytes_that_are_no_mail_are_quarantined_with_a_cause() -> None:
    with pytest.raises(DeliveryMalformed) as malformed:
        read(b"\x89PNG\r\n\x1a\n")
    assert malformed.value.cause == "no_headers"


def test_a_strangers_bounce_is_a_message_and_automatic() -> None:
    raw = (FIXTURES / "bounce.eml").read_bytes().replace(b"<ascolto-", b"<other-")
    assert read(raw).automatic == "auto-submitted"


@pytest.mark.parametrize(
    ("recipient", "known"),
    [
        ("care@acme.test", True),
        ("CARE@Acme.Test", True),
        ("care+anything@acme.test", True),
        ("<care@acme.test>", True),
        ("answers@acme.test", True),
        ("care@other.test", False),
        ("car@acme.test", False),
        ("", False),
        ("+@", False),
    ],
)
def test_recipients_are_known_with_or_without_a_plus_part(recipient: str, known: bool) -> None:
    settings = account_of(**{"from": "answers@acme.test"}).settings
    assert knows(settings, recipient) is known


# --- out -----------------------------------------------------------------------------------------


class Relay:
    """Keeps every mail; answers RCPT and DATA as told."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.recipients: list[str] = []
        self.rcpt = self.data = "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
            self.recipients.append(address)
        return self.rcpt

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.data.startswith("250"):
            self.raw.append(envelope.content)
            self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return self.data


@contextmanager
def relay_running(**options: Any) -> Iterator[tuple[Relay, str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    relay = Relay()
    controller = Controller(relay, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield relay, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


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
        return await sends.send(outgoing, account_of(relay_url=url, **settings), Means(http=http))


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
    relay = MailRelay(url=url, sender="care@acme.test")
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
            works = await channel.checks.check(account_of(relay_url=url), Means(http=http))
        gone = await channel.checks.check(account_of(), Means(http=http))
    assert works.works
    assert not gone.works
    assert "cannot be reached" in gone.words
