"""A relay by STARTTLS: mails and passwords go encrypted, and to nobody who cannot prove to be the relay."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Sent
from shared.channels.email.outbound import EmailSends
from shared.channels.email.test_email_goes_out import OUTGOING
from shared.clock import FixedClock, SystemClock
from shared.faults import TryLater
from tests.support.certificates import Certificate, new_certificate
from tests.support.mail_relay import NOW, Relay, account_of, relay_running


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return new_certificate(tmp_path, now=SystemClock().now(), valid_for=timedelta(days=1))


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let loopback count as a network: certificates are then checked, and passwords go encrypted only."""
    monkeypatch.setattr("shared.mail.sending._Route.local", False)


@contextmanager
def guarded_relay(certificate: Certificate) -> Iterator[tuple[Relay, str, list[tuple[bytes, bool]]]]:
    """A relay that takes mail and logins by TLS only, and remembers who logged in and whether it was encrypted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    logins: list[tuple[bytes, bool]] = []

    def known(_server: Any, session: Any, _envelope: Any, _mechanism: str, given: LoginPassword) -> AuthResult:
        logins.append((given.login, session.ssl is not None))
        return AuthResult(success=given.password == b"secret word", handled=False)

    options = {"tls_context": context, "require_starttls": True, "authenticator": known, "auth_require_tls": True}
    with relay_running(**options) as (relay, url):
        yield relay, url.replace("127.0.0.1", "localhost"), logins


async def send(url: str, **secrets: tuple[str, ...]) -> Sent:
    account = replace(account_of(relay_url=url), secrets=secrets)
    async with httpx.AsyncClient() as http:
        means = Means(http=http, allow_private_targets=True)
        return await EmailSends(clock=FixedClock(NOW)).send(OUTGOING, account, means)


async def test_a_mail_goes_encrypted_to_a_relay_that_proves_itself(
    certificate: Certificate, far_away: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.chain))
    with guarded_relay(certificate) as (relay, url, logins):
        await send(url.replace("smtp://", "smtp://care%40acme.test@"), relay_password=("secret word",))
    assert len(relay.mails) == 1
    assert logins == [(b"care@acme.test", True)]


async def test_a_relay_that_nobody_vouches_for_gets_neither_mail_nor_password(
    certificate: Certificate, far_away: None
) -> None:
    with guarded_relay(certificate) as (relay, url, logins), pytest.raises(TryLater, match="certificate"):
        await send(url.replace("smtp://", "smtp://care%40acme.test@"), relay_password=("secret word",))
    assert (relay.mails, logins) == ([], [])


async def test_a_wrong_password_is_said_so(certificate: Certificate) -> None:
    with guarded_relay(certificate) as (relay, url, _), pytest.raises(SendingFailed) as refused:
        await send(url.replace("smtp://", "smtp://care%40acme.test@"), relay_password=("guessed",))
    assert refused.value.cause == "login_refused"
    assert relay.mails == []


async def test_a_relay_on_this_machine_may_have_a_certificate_of_its_own(certificate: Certificate) -> None:
    with guarded_relay(certificate) as (relay, url, _):
        await send(url)
    assert len(relay.mails) == 1


async def test_by_implicit_tls_the_relay_proves_itself_too(
    certificate: Certificate, far_away: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    with relay_running(ssl_context=context) as (relay, url):
        smtps = url.replace("smtp://127.0.0.1", "smtps://localhost")
        with pytest.raises(TryLater, match="certificate"):
            await send(smtps)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.chain))
        await send(smtps)
    assert len(relay.mails) == 1
