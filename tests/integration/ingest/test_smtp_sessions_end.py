"""SMTP sessions: how many, how long, how they end, and over TLS."""

from __future__ import annotations

import asyncio
import datetime as dt
import smtplib
import socket
import ssl
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.integration.ingest.smtp_client import MAIL, NOW, House, listening, sending, talk


@pytest.fixture
def house() -> House:
    return House()


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
        await house.busy.wait()
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
