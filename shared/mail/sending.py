"""Hands mails to a relay by SMTP and says what became of them in the port's words."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib import SMTP

from shared.channel.errors import SendingFailed
from shared.channel.outbound import MailRelay, Outgoing, Sent, Verdict
from shared.faults import TryLater
from shared.mail.composing import compose
from shared.outside import PrivateTarget, connect

_CONNECT_S, _COMMAND_S = 10.0, 60.0
_PORTS = {"smtp": 25, "smtps": 465}
_PRIVATE = "the mail relay's address leads into a private network, which this installation does not allow"
_NO_RELAY = "no mail relay is set: give relay_url as smtp://host:port or smtps://host:port"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    host: str
    port: int
    implicit_tls: bool
    user: str | None
    password: str | None
    allow_private: bool

    @property
    def local(self) -> bool:
        if self.host == "localhost":
            return True
        with contextlib.suppress(ValueError):
            return ipaddress.ip_address(self.host).is_loopback
        return False


async def send_mail(
    *, outgoing: Outgoing, relay: MailRelay, title: str, now: datetime, reply_to: str | None = None
) -> Sent:
    """Hand one message to the relay, addressed to `outgoing.reply.to`.

    `reply_to` is an address that we receive at; it carries the reply token. `SendingFailed` on 5xx and for addresses
    that are none, `TryLater` on 4xx, lost connections and time-outs: then the mail may have gone, and goes again with
    the same Message-ID.
    """
    mail = compose(outgoing=outgoing, sender=relay.sender, title=title, reply_to=reply_to, now=now)
    sender, to = (mail[field].addresses[0].addr_spec for field in ("From", "To"))
    options = [] if (sender + to).isascii() else ["SMTPUTF8"]
    async with _connected(_route(relay)) as client:
        await client.sendmail(sender, [to], mail.as_bytes(), mail_options=options)
    return Sent(provider_message_id=str(mail["Message-ID"]))


async def check_relay(relay: MailRelay) -> Verdict:
    """Say in words whether the relay takes our connection (and our login); nothing is sent."""
    try:
        async with _connected(_route(relay)) as client:
            await client.noop()
    except (SendingFailed, TryLater) as error:
        return Verdict(works=False, words=f"Outgoing mail does not work: {error}.")
    return Verdict(works=True, words="The mail relay answers and would take mail.")


def _route(relay: MailRelay) -> _Route:
    try:
        url = urlsplit(relay.url.strip())
        port = url.port
    except ValueError:
        raise SendingFailed(_NO_RELAY, cause="no_relay") from None
    if url.scheme not in _PORTS or not url.hostname:
        raise SendingFailed(_NO_RELAY, cause="no_relay")
    return _Route(
        host=url.hostname,
        port=port or _PORTS[url.scheme],
        implicit_tls=url.scheme == "smtps",
        user=unquote(url.username) if url.username else None,
        password=relay.password or (unquote(url.password) if url.password else None),
        allow_private=relay.allow_private,
    )


@contextlib.asynccontextmanager
async def _connected(route: _Route) -> AsyncGenerator[SMTP]:
    """Connect, secure and log in; whatever fails in here or in the body comes out in the port's words."""
    client = SMTP(
        hostname=route.host,
        timeout=_CONNECT_S,
        use_tls=route.implicit_tls,
        start_tls=False,
        tls_context=_tls(route),
    )
    try:
        async with asyncio.timeout(_CONNECT_S):
            reached = await connect(host=route.host, port=route.port, allow_private=route.allow_private)
        await client.connect(sock=reached)
        client.timeout = _COMMAND_S
        await _secure(client, route)
        yield client
    except aiosmtplib.SMTPRecipientsRefused as refused:
        raise _by_code(min(r.code for r in refused.recipients)) from refused
    except aiosmtplib.SMTPResponseException as answered:
        raise _by_code(answered.code) from answered
    except PrivateTarget as error:
        raise SendingFailed(_PRIVATE, cause="private_target") from error
    except ssl.SSLError as error:
        raise TryLater("the mail relay's certificate cannot be verified") from error
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        raise TryLater(_in_words(error)) from error
    finally:
        with contextlib.suppress(Exception):
            await client.quit(timeout=2.0)
        client.close()


async def _secure(client: SMTP, route: _Route) -> None:
    if not route.implicit_tls:
        await client.ehlo()
        if client.supports_extension("starttls"):
            await client.starttls(tls_context=_tls(route))
            await client.ehlo()
        elif route.user and not route.local:
            raise SendingFailed("the mail relay offers no TLS, and a password is not sent in the clear", cause="no_tls")
    if route.user:
        await client.login(route.user, route.password or "")


def _tls(route: _Route) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if route.local:  # nobody stands between us and this machine, and its certificates are its own
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _by_code(code: int) -> SendingFailed | TryLater:
    """The relay's own words are left out: they quote addresses."""
    if code in (530, 534, 535, 538):
        return SendingFailed(f"the mail relay refuses our login ({code})", cause="login_refused")
    if 500 <= code < 600:
        return SendingFailed(f"the mail relay refuses the mail ({code})", cause="refused")
    return TryLater(f"the mail relay asks to try again ({code})")


def _in_words(error: Exception) -> str:
    if isinstance(error.__cause__, ssl.SSLCertVerificationError):
        return "the mail relay's certificate cannot be verified"
    if isinstance(error, TimeoutError):
        return "the mail relay does not answer in time"
    return f"the mail relay cannot be reached ({type(error).__name__})"
