"""A mailbox that we receive at, and people who write to it by SMTP."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from email.message import EmailMessage

from tests.journey.doors import Porch
from tests.support import calling
from tests.support.waiting import until


def mailbox(porch: Porch) -> Mailbox:
    """Connect an address of its own."""
    address = f"care-{secrets.token_hex(3)}@acme.test"
    settings = {"addresses": [address], "from": address, "relay_url": porch.outside.relay_url}
    return Mailbox(porch=porch, address=address, account=porch.connect("email", settings))


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """A connected address."""

    porch: Porch
    address: str
    account: str

    def customer(self, name: str) -> Writer:
        """Return somebody with an address of their own."""
        return Writer(mailbox=self, address=f"{name}-{secrets.token_hex(3)}@example.test")


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Somebody who writes mails to the mailbox and reads the answers."""

    mailbox: Mailbox
    address: str
    sent: list[bytes] = field(default_factory=list)

    def write(self, text: str, *, subject: str = "Complaint", answering: EmailMessage | None = None) -> bytes:
        """Send a mail, as an answer to one of ours where one is given, and return its bytes."""
        mail = EmailMessage()
        to = str(answering["Reply-To"] or answering["From"]) if answering else self.mailbox.address
        mail["From"], mail["To"], mail["Subject"] = self.address, to, subject
        mail["Message-ID"] = f"<{secrets.token_hex(8)}@example.test>"
        if answering:
            mail["In-Reply-To"] = mail["References"] = str(answering["Message-ID"])
        mail.set_content(text)
        recipient = mail["To"].addresses[0].addr_spec
        calling.mail(mail.as_bytes(), to=recipient, by=self.address, smtp=self.mailbox.porch.house.smtp)
        return mail.as_bytes()

    def answer(self, number: int = 1) -> EmailMessage:
        """Wait for the given mail of ours to this writer, counted from 1."""
        mails = self.mailbox.porch.outside
        return until(f"answer {number}", lambda: mails.mails_to(self.address)[number - 1 : number], within_s=30)[0]
