"""A mail relay that accepts every mail, keeps it, and passes none on."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.standins.kept import Kept
from deploy.standins.mailbox import ADDRESS, Mailbox
from shared.clock import Clock

_SHOWN = ("From", "Reply-To", "Message-ID", "In-Reply-To", "References", "Auto-Submitted")
_SIZE_LIMIT = 40 * 1024 * 1024


class Relay:
    """The handler of aiosmtpd: 250 means kept here, not sent."""

    def __init__(self, *, kept: Kept, mailbox: Mailbox, clock: Clock) -> None:
        self._kept, self._mailbox, self._clock = kept, mailbox, clock

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        """Keep one mail; one to the mailbox's address lies there until somebody reads it by IMAP."""
        if ADDRESS in envelope.rcpt_tos:
            self._mailbox.put(_raw(envelope))
            return "250 laid into the stand-in's mailbox"
        mail = email.message_from_bytes(_raw(envelope), policy=email.policy.default)
        assert isinstance(mail, EmailMessage)  # noqa: S101  the default policy makes these
        sent = self._kept.keep(
            at=self._clock.now(),
            by="e-mail",
            recipient=", ".join(envelope.rcpt_tos),
            subject=str(mail["Subject"] or ""),
            text=_text(mail),
            details={name: str(mail[name]) for name in _SHOWN if mail[name]},
        )
        return f"250 kept by the stand-in as number {sent.number}, sent to nobody"

    def __call__(self) -> SMTP:
        """Make the protocol of one connection."""
        return SMTP(
            self, ident="Ascolto's stand-in for a mail relay: it sends nothing", enable_SMTPUTF8=True,
            data_size_limit=_SIZE_LIMIT,
        )  # fmt: skip


def _raw(envelope: Envelope) -> bytes:
    content = envelope.content
    return content if isinstance(content, bytes) else str(content or "").encode()


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain", "html"))
    try:
        return str(part.get_content()) if part else ""
    except (LookupError, ValueError) as unreadable:  # an unknown charset: say so instead of refusing the mail
        return f"(the body cannot be shown: {unreadable})"
