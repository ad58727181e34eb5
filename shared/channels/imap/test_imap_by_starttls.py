"""A mailbox by STARTTLS: nothing secret in the clear, nobody believed without a certificate, nothing smuggled in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from shared.channels.imap import connecting
from shared.clock import SystemClock
from shared.faults import TryLater
from tests.support.certificates import Certificate, new_certificate
from tests.support.imap_server import ImapServer
from tests.support.mailbox_follower import Follower, account_of, mail, numbers
from tests.support.starttls_front import Front, starttls_front


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return new_certificate(tmp_path, now=SystemClock().now(), valid_for=timedelta(days=1))


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let loopback count as a network: certificates are then checked."""
    monkeypatch.setattr(connecting, "_is_local", lambda _host: False)


@asynccontextmanager
async def followed(
    server: ImapServer, mailbox: str, certificate: Certificate, *, smuggled: bytes = b""
) -> AsyncIterator[tuple[Follower, Front]]:
    async with starttls_front(server.port, certificate, smuggled=smuggled) as front:
        account = account_of(server, mailbox, host="localhost", port=front.port, tls="starttls")
        yield Follower(account), front


async def test_mails_come_encrypted_and_the_password_too(
    server: ImapServer, mailbox: str, certificate: Certificate, far_away: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.chain))
    server.append(mailbox, mail(1), mail(2))
    async with followed(server, mailbox, certificate) as (follower, front):
        await follower.until(2)
    assert numbers(follower.taken) == [1, 2]
    assert front.encrypted == 1
    assert [line.split()[1] for line in front.in_the_clear] == [b"CAPABILITY", b"STARTTLS"]


async def test_a_server_that_nobody_vouches_for_is_told_nothing(
    server: ImapServer, mailbox: str, certificate: Certificate, far_away: None
) -> None:
    async with followed(server, mailbox, certificate) as (follower, front):
        with pytest.raises(TryLater, match="certificate"):
            await follower.until(1)
    assert front.encrypted == 0
    assert not any(b"LOGIN" in line for line in front.in_the_clear)


async def test_a_server_that_offers_no_starttls_is_told_nothing(
    server: ImapServer, mailbox: str, far_away: None
) -> None:
    follower = Follower(account_of(server, mailbox, host="localhost", tls="starttls"))
    with pytest.raises(Exception, match="STARTTLS"):
        await follower.until(1)
    assert follower.taken == []


async def test_what_is_said_in_the_clear_behind_the_ok_is_not_believed(
    server: ImapServer, mailbox: str, certificate: Certificate
) -> None:
    # Who sits on the line could otherwise answer in the server's stead: the client would find it among the encrypted.
    smuggled = b"* CAPABILITY IMAP4rev1\r\nA3 OK done\r\nA4 OK logged in\r\n"
    async with followed(server, mailbox, certificate, smuggled=smuggled) as (follower, front):
        with pytest.raises(TryLater, match="before TLS"):
            await follower.until(1)
    assert not any(b"LOGIN" in line for line in front.in_the_clear)
