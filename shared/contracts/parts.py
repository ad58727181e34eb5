"""The parts that several events share."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec


class Sender(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who wrote, as far as the channel tells.

    `verified` names the fields that the channel itself vouches for (a signed webhook's phone number); the others are
    only claimed. `reach` is an audience in followers, `internal` marks our own staff.
    """

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    handle: str | None = None
    customer_id: str | None = None
    verified: tuple[str, ...] = ()
    internal: bool = False
    reach: int | None = None


class ReplyAddress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where an answer goes: the account and the contact point that wrote, and what threads the answer there.

    `thread` is the channel's own (mail: `message_id`, `references`; a comment: `comment_id`). `public` means that
    everybody can read the answer. After `window_ends_at` the vendor takes no free text any more.
    """

    account: str
    channel: str
    to: str
    thread: dict[str, str] = {}
    public: bool = False
    window_ends_at: datetime | None = None


class BlobRef(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes in the blob store: their key, their SHA-256 in hexadecimal, their number."""

    key: str
    sha256: str
    size_bytes: int


class Attachment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file that came with a message; `blob` is empty while it is still to be fetched or was refused (`note` says)."""

    attachment_id: UUID
    name: str
    media_type: str
    size_bytes: int | None = None
    blob: BlobRef | None = None
    inline: bool = False
    note: str | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """The words that led to one fact: those which the lexicon knows, in lower case, never the sentence around them."""

    fact: str
    words: tuple[str, ...]


class Because(msgspec.Struct, frozen=True, kw_only=True):
    """Why a decision came out as it did."""

    rule: str
    condition: str
    facts: dict[str, str | int | bool | list[str] | None]
    evidence: tuple[Evidence, ...] = ()


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of the rulebook for one complaint, with its reason. Shape: docs/api, `Decision`."""

    queue: str
    playbook: str
    priority: Literal["P1", "P2", "P3", "P4"]
    policy: str
    category: str
    subcategory: str | None
    severity: Literal["S1", "S2", "S3", "S4"]
    language: str
    signals: tuple[str, ...]
    rulebook: str
    because: Because
