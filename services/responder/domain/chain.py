"""The chain: each entry holds a hash of the entry before it and of itself, so that a ledger changed anywhere shows it.

A link is the SHA-256 of a JSON array in UTF-8, without blanks and with the keys of every object sorted:
`[previous, complaint, seq, at, kind, by, data]`. `previous` is the link before in hexadecimal, null for the first;
`complaint` the id of the complaint; `at` in UTC as RFC 3339, `Z` at its end, microseconds where there are any.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from hashlib import sha256
from uuid import UUID

import msgspec

from services.responder.domain.entries import Entry

_canonical = msgspec.json.Encoder(order="sorted", uuid_format="canonical").encode


def link(previous: bytes | None, complaint: UUID, entry: Entry) -> bytes:
    """Return the hash that binds an entry to its complaint, its content and everything before it."""
    before = previous.hex() if previous is not None else None
    at = entry.at.astimezone(UTC)
    return sha256(_canonical((before, complaint, entry.seq, at, entry.kind, entry.by, entry.data))).digest()


def links(previous: bytes | None, complaint: UUID, entries: Iterable[Entry]) -> list[bytes]:
    """Return the link of each entry, which are given in their order and follow the one whose link is `previous`."""
    made: list[bytes] = []
    for entry in entries:
        previous = link(previous, complaint, entry)
        made.append(previous)
    return made
