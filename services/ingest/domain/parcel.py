"""A parcel: everything about one delivery that has to become durable in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from shared import ids
from shared.channel.delivery import Delivery
from shared.channel.inbound import Receipt
from shared.contracts.received import MessageReceived

_NEVER_KEPT = frozenset({"authorization", "cookie", "proxy-authorization"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """One message (or change of one) on its way into the books; `request_sha256` is REST's idempotency check."""

    event: MessageReceived
    key: str
    request_sha256: bytes | None = None
    attempt: int = 0

    def renamed(self) -> Filing:
        """Return the same filing under the next reference, when another complaint has the first."""
        attempt = self.attempt + 1
        other = ids.reference(self.event.complaint_id, attempt=attempt)
        return replace(self, event=msgspec.structs.replace(self.event, reference=other), attempt=attempt)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDelivery:
    """A delivery as it is kept: small bodies in the row, large ones in the blob store."""

    delivery_id: UUID
    head: str
    size_bytes: int
    body: bytes | None
    blob_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """Why a delivery is kept for a person: a cause code, words, how many items of it, and the body's SHA-256."""

    cause: str
    detail: str
    items: int
    body_sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaToFetch:
    """A file that the vendor only named."""

    attachment_id: UUID
    media: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
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
        return replace(self, filings=tuple(f.renamed() for f in self.filings))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A message that had been filed before."""

    reference: str
    received_at: datetime
    request_sha256: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
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
