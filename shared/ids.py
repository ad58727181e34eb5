"""Names that a retry finds again: ids and references are computed from what they name, hardly ever drawn."""

from __future__ import annotations

import hashlib
import random
from datetime import datetime
from uuid import UUID

from asyncpg.pgproto import pgproto

_MESSAGES = UUID("5d1f6f0e-5a0c-5d6e-9a3c-0d6a3c1b7e01")
_COMPLAINTS = UUID("5d1f6f0e-5a0c-5d6e-9a3c-0d6a3c1b7e02")
_EVENTS = UUID("5d1f6f0e-5a0c-5d6e-9a3c-0d6a3c1b7e03")

_NOT_VERSION = ~(0xF000 << 64 | 0xC000 << 48)
_VERSION_5 = 0x5000 << 64 | 0x8000 << 48
_VERSION_7 = 0x7000 << 64 | 0x8000 << 48

REFERENCE_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""A-Z and 0-9 without the look-alikes I, L, O, U, 0, 1."""

REFERENCE_LENGTH = 9

# The digits to the base of 30, three at a time and the least first: a third of the divisions.
_THREE_LETTERS = tuple(a + b + c for c in REFERENCE_ALPHABET for b in REFERENCE_ALPHABET for a in REFERENCE_ALPHABET)


def message_id(*, account: str, provider_message_id: str) -> UUID:
    """Name a message by the account it came to and the id its vendor (or the client's key) gave it."""
    return named(_MESSAGES, f"{account}\x00{provider_message_id}")


def complaint_id(message: UUID) -> UUID:
    """Name the complaint that a message opens, if it opens one."""
    return named(_COMPLAINTS, message.hex)


def event_id(*parts: object) -> UUID:
    """Name an event by what caused it, so that announcing it again names the same event."""
    return named(_EVENTS, "\x00".join(map(str, parts)))


def named(space: UUID, name: str) -> UUID:
    """Return the UUID of version 5 (RFC 9562) for a name: what `uuid.uuid5` returns, at a third of its cost.

    It is a `uuid.UUID` as the database's driver makes them, in C.
    """
    digest = hashlib.sha1(space.bytes + name.encode(), usedforsecurity=False).digest()
    number = int.from_bytes(digest[:16], "big") & _NOT_VERSION | _VERSION_5
    return pgproto.UUID(number.to_bytes(16, "big"))


def drawn(at: datetime) -> UUID:
    """Return a UUID of version 7 (RFC 9562) for a row without a name; those of one time stand together in an index."""
    number = int(at.timestamp() * 1000) << 80 | random.getrandbits(80)
    return pgproto.UUID((number & _NOT_VERSION | _VERSION_7).to_bytes(16, "big"))


def reference(complaint: UUID, *, attempt: int = 0) -> str:
    """Return the 9 characters that people quote; `attempt` gives another when two complaints fall on one.

    30^9 references: among 1,000,000 complaints about 0.03 pairs meet, which a unique constraint must notice.
    """
    number = int.from_bytes(hashlib.blake2b(complaint.bytes + bytes([attempt]), digest_size=8).digest(), "big")
    rest, first = divmod(number, len(_THREE_LETTERS))
    rest, second = divmod(rest, len(_THREE_LETTERS))
    return _THREE_LETTERS[first] + _THREE_LETTERS[second] + _THREE_LETTERS[rest % len(_THREE_LETTERS)]
