"""`complaints.received.v1`: one thing that a customer said. The only event that carries narrative."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from shared.contracts.parts import Attachment, BlobRef, ReplyAddress, Sender


class JoinHints(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What may tie a message to a complaint that is open already.

    `token_reference`: the reference in a reply token (or status token) whose signature ingest has verified: it joins.
    `references`: Message-IDs of In-Reply-To and References, last first; `quoted`: references seen in the text or the
    subject. Those two join only when the sender takes part in that complaint.
    """

    token_reference: str | None = None
    references: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()


class MessageReceived(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message, or the edit or removal of one, as ingest filed it.

    `complaint_id` and `reference` are those of the complaint that this message opens unless the router joins it to
    another. `conversation` is also the Kafka key. `text` is what the customer newly wrote, `full_text` the same with
    quoted parts where it differs; longer than 256 KiB they are cut here and `whole` holds them. `automatic` says why
    a robot is thought to have written. `edits` is the provider id of the message that is edited or removed. `threaded`
    says that the conversation is one talk (a chat, a comment's thread), so that the next message in it goes on with the
    same complaint; where it is only the sender's address (mail, forms, REST), each message speaks for itself.
    """

    TYPE: ClassVar[str] = "ascolto.message.received.v1"
    TOPIC: ClassVar[str] = "complaints.received.v1"

    message_id: UUID
    complaint_id: UUID
    reference: str
    kind: Literal["message", "edit", "removal"] = "message"
    account: str
    channel: str
    conversation: str
    threaded: bool = False
    provider_message_id: str
    edits: str | None = None
    received_at: datetime
    sent_at: datetime | None = None
    sender: Sender
    reply: ReplyAddress | None = None
    subject: str | None = None
    text: str
    full_text: str | None = None
    whole: BlobRef | None = None
    attachments: tuple[Attachment, ...] = ()
    automatic: str | None = None
    public: bool = False
    joins: JoinHints = JoinHints()
    language: str | None = None
    segment: str = "consumer"
    order_reference: str | None = None
    outcome_sought: str | None = None
    metadata: dict[str, str] = {}
    notes: tuple[str, ...] = ()
