"""An outgoing mail as values, for providers that take fields instead of a mail: the same that a relay would get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address

from shared.channel.account import Account
from shared.channel.outbound import Outgoing
from shared.mail.composing import compose
from shared.text import storable

_THREADING = ("In-Reply-To", "References", "Auto-Submitted", "X-Auto-Response-Suppress")
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail for one customer; `headers` are what threads it and says that no person wrote it."""

    sender: Address
    to: Address
    reply_to: Address | None
    subject: str
    text: str
    message_id: str
    headers: Mapping[str, str]


def letter(outgoing: Outgoing, account: Account) -> Letter:
    """Return the mail for one outgoing message; `SendingFailed` when an address is none. Providers date it."""
    sender = account.settings.sender
    mail = compose(outgoing=outgoing, sender=sender, title=account.title, reply_to=sender, now=_NO_DATE)
    return Letter(
        sender=mail["From"].addresses[0],
        to=mail["To"].addresses[0],
        reply_to=mail["Reply-To"].addresses[0] if mail["Reply-To"] else None,
        subject=str(mail["Subject"]),
        text=storable(outgoing.text),
        message_id=str(mail["Message-ID"]),
        headers={name: str(mail[name]) for name in _THREADING if mail[name]},
    )
