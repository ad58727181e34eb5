"""Writes the mails that go out: threaded, told to be automatic where they are, the same at every attempt."""

from __future__ import annotations

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from uuid import UUID

from shared.channel.errors import SendingFailed
from shared.channel.outbound import Outgoing
from shared.mail.addresses import valid_address
from shared.mail.headers import one_line
from shared.mail.threads import message_ids, with_token
from shared.text import storable

_OUR_MESSAGE_ID = re.compile(r"<ascolto-[0-9a-f-]{36}@[^<>\s]+>")
_IDENTIFIERS = ("message-id", "in-reply-to", "references")


class _MailPolicy(EmailPolicy):
    """SMTP's rules; Message-IDs are folded between, never within: the standard policy encodes those over 78 letters."""

    def fold(self, name: str, value: str) -> str:
        if name.lower() in _IDENTIFIERS:
            return f"{name}: " + f"{self.linesep} ".join(str(value).split()) + self.linesep
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in _IDENTIFIERS:
            return self.fold(name, value).encode("utf-8", "replace")
        return super().fold_binary(name, value)


_ASCII = _MailPolicy(linesep="\r\n", cte_type="7bit")
_UTF8 = _MailPolicy(linesep="\r\n", cte_type="7bit", utf8=True)


def our_message_id(outbound_id: UUID, *, sender: str) -> str:
    """Return the Message-ID of an outgoing mail: the same at every attempt, so that receivers can see a repetition."""
    return f"<ascolto-{outbound_id}@{_ascii_domain(sender)}>"


def is_our_message_id(message_id: str) -> bool:
    """Tell whether a Message-ID has the form of ours."""
    return _OUR_MESSAGE_ID.fullmatch(message_id) is not None


def compose(*, outgoing: Outgoing, sender: str, title: str, reply_to: str | None, now: datetime) -> EmailMessage:
    """Return the mail for one outgoing message; `SendingFailed` when an address is none."""
    to = _address(outgoing.reply.to, "bad_address", "the customer's address is no mail address")
    origin = _address(sender, "bad_sender", "the sending address of the account is no mail address")
    answers = with_token(reply_to, outgoing.reply_token) if reply_to else None
    mail = EmailMessage(policy=_UTF8 if _needs_utf8(to, origin) else _ASCII)
    mail["From"] = _mailbox(origin, title)
    mail["To"] = _mailbox(to)
    if answers:
        mail["Reply-To"] = _mailbox(_address(answers, "bad_sender", "the answering address is no mail address"), title)
    mail["Subject"] = one_line(storable(outgoing.subject or outgoing.reference))[:500]
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = our_message_id(outgoing.outbound_id, sender=origin)
    _thread(mail, outgoing)
    if outgoing.automatic:
        mail["Auto-Submitted"] = "auto-replied"
        mail["X-Auto-Response-Suppress"] = "All"
    text = storable(outgoing.text)
    mail.set_content(text, cte="7bit" if text.isascii() and _short_lines(text) else "quoted-printable")
    return mail


def _thread(mail: EmailMessage, outgoing: Outgoing) -> None:
    answered = message_ids(outgoing.reply.thread.get("message_id", ""))[:1]
    if answered:
        mail["In-Reply-To"] = answered[0]
    earlier = message_ids(outgoing.reply.thread.get("references", ""))
    if chain := dict.fromkeys((*earlier, *answered)):
        mail["References"] = " ".join(chain)


def _address(candidate: str, cause: str, what: str) -> str:
    address = valid_address(candidate)
    if address is None:
        raise SendingFailed(what, cause=cause)
    local, _, _ = address.rpartition("@")
    return f"{local}@{_ascii_domain(address)}"


def _mailbox(address: str, title: str = "") -> Address:
    """`addr_spec` would refuse letters beyond ASCII in the local part, which SMTPUTF8 allows."""
    local, _, domain = address.rpartition("@")
    return Address(display_name=one_line(storable(title))[:100], username=local.strip('"'), domain=domain)


def _ascii_domain(address: str) -> str:
    """Domains travel in ASCII, so that no server on the way needs SMTPUTF8 for them."""
    domain = address.rpartition("@")[2].lower()
    try:
        return domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise SendingFailed("the domain of an address is none", cause="bad_address") from None


def _needs_utf8(*addresses: str) -> bool:
    return not all(address.isascii() for address in addresses)


def _short_lines(text: str) -> bool:
    return all(len(line) <= 900 for line in text.split("\n"))
