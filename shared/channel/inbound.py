"""What a channel reads out of a delivery."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from shared.channel.delivery import Answer
from shared.contracts.parts import ReplyAddress, Sender
from shared.contracts.received import JoinHints


class InboundAttachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file: its bytes where they came along, else `media`, the vendor's name or address to fetch it by."""

    name: str
    media_type: str
    content: bytes | None = None
    media: str | None = None
    inline: bool = False
    note: str | None = None


class InboundMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a customer said.

    `provider_message_id` names it within the account for ever: a second delivery of the same id is a duplicate.
    `conversation` is the vendor's thread, or the sender where it has none: order is kept within it. `threaded` is True
    where the conversation is one talk (a chat, a comment's thread): its next message then joins the same complaint;
    mail, forms and REST leave it False and join by token or by what they quote. `text` is what is
    new, `full_text` the same with what it quotes (None when equal). `token` is a reply token as found, unverified;
    ingest verifies it. Nothing in here has to be clean: ingest replaces NUL and lone surrogates for all channels.
    """

    provider_message_id: str
    conversation: str
    sender: Sender
    text: str
    threaded: bool = False
    subject: str | None = None
    full_text: str | None = None
    sent_at: datetime | None = None
    reply: ReplyAddress | None = None
    attachments: tuple[InboundAttachment, ...] = ()
    token: str | None = None
    joins: JoinHints = JoinHints()
    automatic: str | None = None
    public: bool = False
    language: str | None = None
    segment: str = "consumer"
    order_reference: str | None = None
    outcome_sought: str | None = None
    metadata: dict[str, str] = {}
    notes: tuple[str, ...] = ()
    channel_label: str | None = None
    """REST only: the way the customer really came ("phone", "counter")."""


class InboundChange(msgspec.Struct, frozen=True, kw_only=True):
    """An edit (`text` is the new one) or a removal of a message filed before, `target` being its provider id."""

    kind: Literal["edit", "removal"]
    provider_message_id: str
    target: str
    conversation: str
    sender: Sender
    text: str = ""
    sent_at: datetime | None = None


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What the vendor says became of a message that we sent, named by the id it gave us then."""

    provider_message_id: str
    state: Literal["delivered", "failed"]
    at: datetime | None = None
    detail: str | None = None


class Unreadable(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a batch that cannot be read, while its neighbours can."""

    cause: str
    detail: str


class Parsed(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one delivery held; `ignored` counts its known events that are no complaint."""

    messages: tuple[InboundMessage, ...] = ()
    changes: tuple[InboundChange, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    ignored: int = 0
    answer: Answer = Answer()
