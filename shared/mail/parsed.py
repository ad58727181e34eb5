"""A mail as it was read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from shared.mail.addresses import Address
from shared.mail.parts import Part


class MailUnreadable(Exception):
    """These bytes are no mail; `cause` is a short code, `detail` quotes nothing of it."""

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause
        self.detail = detail

    def __reduce__(self) -> tuple[type[MailUnreadable], tuple[str, str]]:
        """Survive the way back from a worker process."""
        return type(self), (self.cause, self.detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAttachment:
    """A file of a mail; `inline` means that its HTML shows it in place."""

    name: str
    media_type: str
    content: bytes = field(repr=False)
    inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What a mail server says became of a mail that was sent, named by its Message-ID."""

    message_id: str
    state: Literal["delivered", "failed", "delayed"]
    status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedMail:
    """A mail: `text` is all that was written, `stripped` what of it is new, `identity` names it for ever.

    `notes` are short codes for what was guessed or left out; the raw mail has the rest.
    """

    identity: str
    message_id: str | None
    sender: Address | None
    answer_to: Address | None
    recipients: tuple[str, ...]
    subject: str | None
    sent_at: datetime | None
    text: str
    stripped: str
    html: str | None
    attachments: tuple[MailAttachment, ...]
    earlier: tuple[str, ...]
    bounces: tuple[Bounce, ...]
    notes: tuple[str, ...]
    root: Part = field(repr=False)
