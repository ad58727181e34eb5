"""What a channel is given to send, and what it says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import httpx

from shared.contracts.parts import ReplyAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRelay:
    """Where mail goes out for channels that have no relay of their own (the web form, REST)."""

    url: str
    sender: str
    password: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a channel sends with: an HTTP client with time-outs and without redirects, and the house's mail relay."""

    http: httpx.AsyncClient
    mail: MailRelay | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message on its way to a customer.

    `outbound_id` is the same at every attempt: a channel hands it to the vendor as an idempotency key or Message-ID
    where there is one. `reply_token` is to travel so that an answer carries it back. `automatic` marks what no human
    wrote (mail: Auto-Submitted).
    """

    outbound_id: UUID
    kind: Literal["acknowledgement", "reply", "update"]
    reference: str
    reply: ReplyAddress
    text: str
    subject: str | None = None
    reply_token: str | None = None
    automatic: bool = True
    traceparent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The vendor took it; `provider_message_id` is the id by which receipts and answers will name it."""

    provider_message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome of a connection check, in words for the person who connects the account."""

    works: bool
    words: str
