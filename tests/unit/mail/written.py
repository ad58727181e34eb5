"""Mails that the standard library writes, for tests of how ours reads them."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

from shared.mail.parsed import ParsedMail
from shared.mail.reading import parse_mail


def written(**headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "anna@example.test", "care@acme.test", "<1@example.test>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    return mail


def read_back(mail: EmailMessage) -> ParsedMail:
    return parse_mail(mail.as_bytes(policy=email.policy.SMTP))
