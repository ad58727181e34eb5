"""A delivery: one request of a vendor (or one mail), verbatim, and the answer that goes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What came in, before anybody trusts or reads it.

    Header names are lower-case, values decoded as latin-1, repeated ones joined by ", ". `query` is the raw query
    string. `envelope` is what a transport knows beside the bytes (SMTP: `mail_from`, `rcpt_to`, `remote`; IMAP:
    `mailbox`, `uid`, `uidvalidity`).
    """

    account: str
    received_at: datetime
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    method: str = "POST"
    envelope: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the vendor wants to hear once the delivery is committed."""

    status: int = 200
    body: bytes = b""
    media_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)
