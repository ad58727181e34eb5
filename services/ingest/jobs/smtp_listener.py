"""Listens for mail by SMTP; 250 after DATA is said only once every account concerned has committed the mail.

What aiosmtpd leaves open is closed here: a line without end is not gathered in memory, lines may be of any length
(real mailers write them), sessions end after a time, and its log, which holds addresses, is silenced.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from typing import Protocol, cast

from aiosmtpd.smtp import SMTP, Session

from services.ingest.jobs.smtp_session import MailEnvelope, SmtpSession
from shared.channel.delivery import Delivery
from shared.clock import Clock
from shared.faults import TryLater

logger = logging.getLogger(__name__)

_RECIPIENTS = 500
_CLOSING_S = 5.0
_LATER = "451 4.3.0 Cannot store mail right now, please try again"


class Accepts(Protocol):
    """What stands behind the listener."""

    async def account_of(self, recipient: str) -> str | None:
        """Return the account that takes mail for this recipient, or nothing."""
        ...

    async def take(self, delivery: Delivery) -> object:
        """Return once the mail is committed; any error means that it is not."""
        ...


class SmtpListener:
    """An SMTP server. `port` is the one it really listens on, also when 0 was asked for."""

    def __init__(
        self, *, host: str, port: int, accept: Accepts, size_limit: int, tls: ssl.SSLContext | None, clock: Clock,
        sessions: int = 200, idle_s: float = 60.0, data_s: float = 300.0, session_s: float = 900.0,
    ) -> None:  # fmt: skip
        self.host, self.port = host, port
        self._accept, self._clock = accept, clock
        self._size_limit, self._tls = size_limit, tls
        self._most_sessions, self._idle_s, self._data_s, self._session_s = sessions, idle_s, data_s, session_s
        self._sessions: set[SmtpSession] = set()
        self._someone_left = asyncio.Event()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen; connections are taken from now on."""
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        self._server = await asyncio.get_running_loop().create_server(self._new_session, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Take no more connections and end those there are; mail being committed gets some seconds to finish."""
        if self._server is None:
            return
        self._server.close()
        for session in list(self._sessions):
            session.leave_when_idle()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING_S):
                while self._sessions:
                    self._someone_left.clear()
                    await self._someone_left.wait()
        for session in list(self._sessions):
            session.abort()

    def _new_session(self) -> asyncio.Protocol:
        if len(self._sessions) >= self._most_sessions:
            return _Busy()
        handler = _Handler(accept=self._accept, clock=self._clock)
        return SmtpSession(
            handler,
            opened=self._sessions.add,
            ended=self._leave,
            data_s=self._data_s,
            session_s=self._session_s,
            timeout=self._idle_s,
            data_size_limit=self._size_limit,
            enable_SMTPUTF8=True,
            hostname="ascolto",
            ident="Ascolto",
            tls_context=self._tls,
            loop=asyncio.get_running_loop(),
        )

    def _leave(self, session: SmtpSession) -> None:
        self._sessions.discard(session)
        self._someone_left.set()


class _Busy(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Told by a cast: the transports of uvloop are none of asyncio's classes.
        writable = cast("asyncio.WriteTransport", transport)
        writable.write(b"421 4.3.2 Too many connections, please try again\r\n")
        writable.close()


class _Handler:
    """Answers the commands that concern us."""

    def __init__(self, *, accept: Accepts, clock: Clock) -> None:
        self._accept, self._clock = accept, clock

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: MailEnvelope, address: str, options: list[str]
    ) -> str:  # fmt: skip
        """Take a recipient that belongs to an account."""
        del server, session
        if len(envelope.rcpt_tos) >= _RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        try:
            account = await self._accept.account_of(address)
        except Exception as error:  # noqa: BLE001 - whatever it is, the sender keeps the mail
            _log_refusal("the account of a recipient cannot be looked up", error)
            return _LATER
        if account is None:
            return "550 5.1.1 No such address here"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        envelope.accounts[address] = account
        return "250 OK"

    async def take(self, session: Session, envelope: MailEnvelope, content: bytes) -> str:
        """Return what the client is answered; 250 only when every account has committed."""
        received_at = self._clock.now()
        recipients: dict[str, list[str]] = {}
        for address, account in envelope.accounts.items():
            recipients.setdefault(account, []).append(address)
        for account, addresses in recipients.items():
            delivery = Delivery(
                account=account,
                received_at=received_at,
                body=content,
                headers={"content-type": "message/rfc822"},
                envelope={
                    "mail_from": (envelope.mail_from or "").removeprefix("<").removesuffix(">"),
                    "rcpt_to": "\n".join(addresses),
                    "remote": str(session.peer[0]) if session.peer else "",
                },
            )
            try:
                await self._accept.take(delivery)
            except Exception as error:  # noqa: BLE001 - one account that committed is no harm: the retry is a duplicate
                _log_refusal("a mail could not be stored", error)
                return _LATER
        return "250 2.0.0 Stored"

    async def handle_exception(self, error: Exception) -> str:
        """Keep a defect of ours from costing a mail: the sender tries again."""
        _log_refusal("an SMTP session met a defect", error)
        return "451 4.3.0 Internal error, please try again"


def _log_refusal(what: str, error: Exception) -> None:
    if isinstance(error, TryLater):
        logger.warning(what, extra={"detail": str(error)})
    else:
        logger.error(what, extra={"error_type": type(error).__name__})
