"""One SMTP connection: how long it may last, how its mail is read, how it ends."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

from services.ingest.jobs.smtp_data import read_mail_data

_COMMAND_BYTES = 1000
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN_PATH = re.compile(rf"<({_ATOM}(?:\.{_ATOM})*@{_ATOM}(?:\.{_ATOM})*)>[ \t]*([^\s()][^()]*)?")


class MailEnvelope(Envelope):
    """The library's, and which account each recipient belongs to."""

    def __init__(self) -> None:
        super().__init__()
        self.accounts: dict[str, str] = {}


class SmtpSession(SMTP):
    """One connection."""

    command_size_limit = _COMMAND_BYTES
    line_length_limit = 64 * 1024  # the reader's window only: see read_mail_data
    envelope: MailEnvelope
    transport: Any

    def __init__(
        self, handler: object, *, opened: Callable[[SmtpSession], None], ended: Callable[[SmtpSession], None],
        data_s: float, session_s: float, **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(handler, **options)
        self._opened, self._ended = opened, ended
        self._data_s, self._session_s = data_s, session_s
        self._commit: asyncio.Task[str] | None = None
        self._leaving = False
        self._deadline: asyncio.TimerHandle | None = None

    def _create_envelope(self) -> MailEnvelope:
        return MailEnvelope()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self._deadline is None:  # STARTTLS makes the connection a second time
            self._deadline = self.loop.call_later(self._session_s, self.abort)
            self._opened(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._ended(self)
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(error)

    def abort(self) -> None:
        """End the connection now."""
        if self.transport is not None:
            self.transport.abort()

    def leave_when_idle(self) -> None:
        """End the connection, after the mail that is being committed if there is one."""
        self._leaving = True
        if self.transport is None or self.transport.is_closing():
            return
        if self._commit is None or self._commit.done():
            self.transport.write(b"421 4.3.2 Shutting down, please try again\r\n")
            self.transport.close()

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Read the path of MAIL or RCPT; the library's full grammar costs more than all else that a mail costs here."""
        plain = _PLAIN_PATH.fullmatch(arg)
        return (plain[1], plain[2] or "") if plain and not self.local_part_limit else super()._getaddr(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        """Take the mail; replaces the library's, which gathers a line without end in memory."""
        if await self.check_helo_needed():
            return
        if arg or not self.envelope.rcpt_tos:
            await self.push("501 Syntax: DATA" if arg else "503 Error: need RCPT command")
            return
        self._reset_timeout(self._data_s)
        limit = self.data_size_limit or 0
        content = await read_mail_data(self, limit=limit)
        if content is None:
            status = f"552 5.3.4 The mail is larger than {limit} bytes"
        else:
            status = await self._take(content)
        self.envelope = self._create_envelope()
        await self.push(status)
        if self._leaving and self.transport is not None:
            self.transport.close()

    async def _take(self, content: bytes) -> str:
        # A client that hangs up while we commit must not undo half of it: it will come again, and ids dedupe.
        self._commit = asyncio.create_task(self.event_handler.take(self.session, self.envelope, content))
        return await asyncio.shield(self._commit)
