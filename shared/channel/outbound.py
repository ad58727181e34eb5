"""What a channel is given to send, and what it says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import httpx

from shared.contracts.parts import ReplyAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRelay:
    """Where mail goes out: an account's own relay, or the house's for channels that have none (the web form, REST).

    `allow_private` lets it stand in a private network: the house's relay may, an account's only where `Means` says so.
    """

    url: str
    sender: str
    password: str | None = None
    allow_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a channel sends with: an HTTP client with time-outs and without redirects, and the house's mail relay.

    `http` judges by itself where it is sent; who opens a connection of another kind to a host that an account names
    asks `allow_private_targets`.
    """

    http: httpx.AsyncClient
    mail: MailRelay | None = None
    allow_private_targets: bool = False


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
