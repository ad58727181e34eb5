"""A parcel: everything about one delivery that has to become durable in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from shared import ids
from shared.channel.delivery import Delivery
from shared.channel.inbound import Receipt
from shared.contracts.received import MessageReceived

_NEVER_KEPT = frozenset({"authorization", "cookie", "proxy-authorization"})


class Filing(msgspec.Struct, frozen=True, kw_only=True):
    """One message (or change of one) on its way into the books, and `body`, the event as it is announced.

    `request_sha256` is REST's idempotency check.
    """

    event: MessageReceived
    key: str
    body: bytes
    request_sha256: bytes | None = None
    attempt: int = 0

    def renamed(self) -> Filing:
        """Return the same filing under the next reference, when another complaint has the first."""
        attempt = self.attempt + 1
        other = ids.reference(self.event.complaint_id, attempt=attempt)
        event = msgspec.structs.replace(self.event, reference=other)
        return msgspec.structs.replace(self, event=event, body=msgspec.json.encode(event), attempt=attempt)


def filing_of(event: MessageReceived, *, key: str) -> Filing:
    """Return the filing of an event; UnicodeEncodeError when it holds half a character."""
    return Filing(event=event, key=key, body=msgspec.json.encode(event))


class RawDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery as it is kept: small bodies in the row, large ones in the blob store."""

    delivery_id: UUID
    head: str
    size_bytes: int
    body: bytes | None
    blob_key: str | None


class Quarantined(msgspec.Struct, frozen=True, kw_only=True):
    """Why a delivery is kept for a person: a cause code, words, how many items of it, and the body's SHA-256."""

    cause: str
    detail: str
    items: int
    body_sha256: bytes


class MediaToFetch(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the vendor only named."""

    attachment_id: UUID
    media: str


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """What one delivery comes to. `cursor` is where its poller stands once this is committed."""

    account: str
    received_at: datetime
    raw: RawDelivery | None = None
    filings: tuple[Filing, ...] = ()
    quarantined: Quarantined | None = None
    receipts: tuple[Receipt, ...] = ()
    media: tuple[MediaToFetch, ...] = ()
    ignored: int = 0
    cursor: Mapping[str, Any] | None = None
    traceparent: str | None = None

    def renamed(self) -> Parcel:
        """Return the same parcel with other references for all that it opens."""
        return msgspec.structs.replace(self, filings=tuple(f.renamed() for f in self.filings))


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A message that had been filed before."""

    reference: str
    received_at: datetime
    request_sha256: bytes | None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a parcel: the messages filed now and those known from before, by message id."""

    filed: Mapping[UUID, str]
    known: Mapping[UUID, Known]


def head_of(delivery: Delivery) -> str:
    """Return everything about a delivery but its body, as JSON; credentials are left out."""
    head = {
        "method": delivery.method,
        "query": delivery.query,
        "headers": {k: _printable(v) for k, v in delivery.headers.items() if k not in _NEVER_KEPT},
        "envelope": {k: _printable(v) for k, v in delivery.envelope.items()},
    }
    return msgspec.json.encode(head).decode()


def _printable(value: str) -> str:
    if value.isascii() and "\x00" not in value:
        return value
    return value.replace("\x00", "").encode("utf-8", "replace").decode()


def delivery_of(*, account: str, received_at: datetime, head: Mapping[str, Any], body: bytes) -> Delivery:
    """Return the delivery that was kept, so that it can be read again."""
    return Delivery(
        account=account,
        received_at=received_at,
        body=body,
        method=head["method"],
        query=head["query"],
        headers=head["headers"],
        envelope=head["envelope"],
    )
