"""The SMTP door, as mail servers see it: smtplib and raw sockets against the real listener."""

from __future__ import annotations

import asyncio
import datetime as dt
import smtplib
import socket
import ssl
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

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
        self.account_fails = False

    async def account_of(self, recipient: str) -> str | None:
        if self.account_fails:
            raise TryLater("storage is down")
        local = recipient.lower().partition("@")[0].partition("+")[0]
        return {"care": "care", "aiuto": "care", "sales": "sales"}.get(local)

    async def take(self, delivery: Delivery) -> None:
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


@pytest.fixture
def house() -> House:
    return House()


async def test_a_mail_arrives_byte_for_byte(house: House) -> None:
    raw = b"From: Zo\xe9 <z@example.test>\r\n\r\n..two dots\r\n.one dot\r\n\r\n.\r\n.\x00\xff\r\n"
    async with listening(house) as listener:
        await talk(listener, sending(raw, "care+token@ACME.test"))
    (delivery,) = house.taken
    assert delivery.body == raw
    assert delivery.received_at == NOW
    assert delivery.envelope["mail_from"] == "a@example.test"
    assert delivery.envelope["rcpt_to"] == "care+token@ACME.test"
    assert delivery.envelope["remote"] == "127.0.0.1"


async def test_one_mail_to_two_accounts_is_a_delivery_for_each(house: House) -> None:
    async with listening(house) as listener:
        await talk(listener, sending(MAIL, "care@acme.test", "aiuto@acme.test", "sales@acme.test"))
    assert {(d.account, d.envelope["rcpt_to"]) for d in house.taken} == {
        ("care", "care@acme.test\naiuto@acme.test"),
        ("sales", "sales@acme.test"),
    }


async def test_an_unknown_recipient_is_refused_for_good(house: House) -> None:
    async with listening(house) as listener:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            await talk(listener, sending(MAIL, "nobody@acme.test"))
    assert refused.value.recipients["nobody@acme.test"][0] == 550
    assert house.taken == []


@pytest.mark.parametrize("error", [TryLater("down"), RuntimeError("a defect of ours")])
async def test_a_mail_that_is_not_committed_is_tried_again(house: House, error: Exception) -> None:
    house.fail["sales"] = error
    async with listening(house) as listener:
        with pytest.raises(smtplib.SMTPDataError) as later:
            await talk(listener, sending(MAIL, "care@acme.test", "sales@acme.test"))
        assert later.value.smtp_code == 451
        house.fail.clear()
        await talk(listener, sending(MAIL, "care@acme.test", "sales@acme.test"))
    assert sorted(d.account for d in house.taken) == ["care", "care", "sales"]


async def test_a_recipient_that_cannot_be_looked_up_is_tried_again(house: House) -> None:
    house.account_fails = True
    async with listening(house) as listener:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            await talk(listener, sending(MAIL))
    assert refused.value.recipients["care@acme.test"][0] == 451


async def test_the_size_limit_is_announced_and_kept(house: House) -> None:
    async with listening(house) as listener:

        def conversation(client: smtplib.SMTP) -> tuple[str, int, int]:
            client.ehlo()
            client.mail("a@example.test")
            client.rcpt("care@acme.test")
            code, _ = client.data(b"x" * (LIMIT + 1))
            again = client.docmd("MAIL FROM:<a@example.test> SIZE=2000000")[0]
            return client.esmtp_features["size"], code, again

        announced, too_large, announced_too_large = await talk(listener, conversation)
        exact = MAIL + b"y" * (LIMIT - len(MAIL) - 2) + b"\r\n"
        await talk(listener, sending(exact))
    assert (announced, too_large, announced_too_large) == (str(LIMIT), 552, 552)
    assert [len(d.body) for d in house.taken] == [LIMIT]


async def test_a_line_without_end_is_not_gathered_in_memory(house: House) -> None:
    async with listening(house) as listener:

        def conversation(client: smtplib.SMTP) -> int:
            client.ehlo()
            client.mail("a@example.test")
            client.rcpt("care@acme.test")
            client.docmd("DATA")
            assert client.sock is not None
            for _ in range(400):
                client.sock.sendall(b"z" * 100_000)  # 40 MB without a line end
            client.sock.sendall(b"\r\n.\r\n")
            return client.getreply()[0]

        tracemalloc.start()
        code = await talk(listener, conversation)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert code == 552
    assert peak < 6 * LIMIT
    assert house.taken == []


async def test_long_lines_are_taken_whole(house: House) -> None:
    raw = b"From: a@example.test\r\n\r\n" + b"<p>" + b"w" * 300_000 + b"</p>\r\n"
    async with listening(house) as listener:
        await talk(listener, sending(raw))
    assert house.taken[0].body == raw


@pytest.mark.parametrize(
    ("wire", "content"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"..x\r\n\r\n..\r\n.\r\n", b".x\r\n\r\n.\r\n"),
        (b"bare\nlines\n.\n\r\n.\r\n", b"bare\nlines\n.\n\r\n"),
    ],
)
async def test_mails_of_hardly_any_content_are_delimited_rightly(house: House, wire: bytes, content: bytes) -> None:
    async with listening(house) as listener:
        assert await talk(listener, sending_as_it_is(wire)) == 250
        await talk(listener, sending(MAIL))
    assert [d.body for d in house.taken] == [content, MAIL]


async def test_no_second_mail_is_smuggled_in_behind_a_bare_line_feed(house: House) -> None:
    smuggled = b"From: a@x\r\n\r\nhi\n.\nMAIL FROM:<evil@x>\nRCPT TO:<care@acme.test>\nDATA\nFrom: evil\r\n.\r\n"
    async with listening(house) as listener:
        assert await talk(listener, sending_as_it_is(smuggled)) == 250
    assert len(house.taken) == 1
    assert b"MAIL FROM:<evil@x>" in house.taken[0].body


async def test_mail_sent_before_the_answer_to_data_is_refused(house: House) -> None:
    async with listening(house) as listener:

        def conversation(client: smtplib.SMTP) -> bytes:
            client.ehlo()
            client.mail("a@example.test")
            client.rcpt("care@acme.test")
            client.send(b"DATA\r\n" + MAIL + b".\r\nQUIT\r\n")
            return client.getreply()[1]

        assert b"Wait" in await talk(listener, conversation)
    assert house.taken == []


async def test_addresses_beyond_ascii_are_taken(house: House) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "zoë@example.test", "care@acme.test"
    mail.set_content("è arrivato rotto")
    async with listening(house) as listener:
        await talk(listener, lambda client: client.send_message(mail))
    assert house.taken[0].envelope["mail_from"] == "zoë@example.test"


async def test_a_bounce_has_an_empty_sender(house: House) -> None:
    async with listening(house) as listener:
        await talk(listener, sending(MAIL, sender=""))
    assert house.taken[0].envelope["mail_from"] == ""


async def test_a_session_carries_many_mails(house: House) -> None:
    async with listening(house) as listener:

        def conversation(client: smtplib.SMTP) -> None:
            for number in range(30):
                client.sendmail("a@example.test", ["care@acme.test"], MAIL + b"%d\r\n" % number)

        await talk(listener, conversation)
    assert [d.body for d in house.taken] == [MAIL + b"%d\r\n" % n for n in range(30)]


async def test_too_many_sessions_are_asked_to_come_again(house: House) -> None:
    async with listening(house, sessions=1) as listener:

        def crowd(_: smtplib.SMTP) -> bytes:
            with socket.create_connection(("127.0.0.1", listener.port), timeout=10) as second:
                return second.recv(100)

        assert (await talk(listener, crowd)).startswith(b"421")


async def test_a_session_that_says_nothing_is_ended(house: House) -> None:
    async with listening(house, idle_s=0.3, session_s=0.6) as listener:

        def silent() -> bytes:
            with socket.create_connection(("127.0.0.1", listener.port), timeout=10) as client:
                while client.recv(1000):
                    pass
            return b""

        assert await asyncio.to_thread(silent) == b""


async def test_a_session_that_dribbles_is_ended_too(house: House) -> None:
    async with listening(house, idle_s=5, session_s=0.5) as listener:

        def dribble() -> str:
            with socket.create_connection(("127.0.0.1", listener.port), timeout=10) as client:
                try:
                    for _ in range(200):
                        client.sendall(b"NOOP\r\n")
                        if not client.recv(1000):
                            return "ended"
                        time.sleep(0.02)
                except OSError:
                    return "ended"
            return "still there"

        assert await asyncio.to_thread(dribble) == "ended"


async def test_stopping_lets_the_mail_in_hand_be_committed(house: House) -> None:
    house.slow = 0.5
    async with listening(house) as listener:
        mail = asyncio.create_task(talk(listener, sending(MAIL)))
        await asyncio.sleep(0.25)
        await listener.stop()
        assert await mail == {}
    assert len(house.taken) == 1


async def test_a_client_that_hangs_up_while_we_commit_harms_nothing(house: House) -> None:
    house.slow = 0.3
    async with listening(house) as listener:

        def conversation(client: smtplib.SMTP) -> None:
            client.ehlo()
            client.mail("a@example.test")
            client.rcpt("care@acme.test")
            client.docmd("DATA")
            client.send(MAIL + b".\r\n")
            client.close()

        await talk(listener, conversation)
        await asyncio.sleep(0.6)
        house.slow = 0
        await talk(listener, sending(MAIL))
    assert len(house.taken) == 2


def _certificate(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - dt.timedelta(days=3650))
        .not_valid_after(NOW + dt.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    chain = folder / "chain.pem"
    no_password = serialization.NoEncryption()
    chain.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, no_password)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(chain)
    return context


async def test_starttls_is_offered_with_a_certificate(house: House, tmp_path: Path) -> None:
    async with listening(house, tls=_certificate(tmp_path)) as listener:

        def conversation(client: smtplib.SMTP) -> None:
            client.ehlo()
            assert client.has_extn("starttls")
            client.starttls(context=ssl._create_unverified_context())
            client.sendmail("a@example.test", ["care@acme.test"], MAIL)

        await talk(listener, conversation)
    assert house.taken[0].body == MAIL
