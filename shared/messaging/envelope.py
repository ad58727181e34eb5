"""The CloudEvents 1.0 envelope in binary mode: attributes in `ce_*` headers, JSON in the value.

Source: CloudEvents Kafka protocol binding 1.0.2; the trace context is the W3C header `traceparent` beside them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid5

import msgspec
from aiokafka import ConsumerRecord

from shared.messaging.records import Record

Headers = list[tuple[str, bytes]]
Raw = ConsumerRecord[bytes | None, bytes | None]

_UNREADABLE = UUID("5d1f6f0e-5a0c-5d6e-9a3c-0d6a3c1b7e04")


class EnvelopeUnreadable(Exception):
    """This record is not an event of ours: it has no identity, or its value is not JSON; `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def headers_of(
    *,
    event_id: UUID,
    type: str,  # noqa: A002
    source: str,
    subject: str | None,
    time: datetime,
    traceparent: str | None,
    dead_reason: str | None = None,
) -> Headers:
    """Return the Kafka headers of an event; `dead_reason` marks the copy of a dead letter."""
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(event_id).encode()),
        ("ce_type", type.encode()),
        ("ce_source", source.encode()),
        ("ce_time", time.astimezone(UTC).isoformat().replace("+00:00", "Z").encode()),
        ("content-type", b"application/json"),
    ]
    optional = (("ce_subject", subject), ("traceparent", traceparent), ("ce_deadreason", dead_reason))
    headers += [(name, value.encode()) for name, value in optional if value is not None]
    return headers


def read(raw: Raw, *, topic: str) -> Record:
    """Return the event that a Kafka record carries; EnvelopeUnreadable when it carries none."""
    headers = dict(raw.headers)
    if headers.get("ce_specversion") != b"1.0":
        raise EnvelopeUnreadable("envelope_version_unknown")
    if not _is_json(raw.value):
        raise EnvelopeUnreadable("body_not_json")
    return Record(
        event_id=_event_id(headers),
        topic=topic,
        partition=raw.partition,
        offset=raw.offset,
        key=as_text(raw.key) or "",
        type=_required(headers, "ce_type"),
        time=_time(headers),
        body=raw.value or b"",
        traceparent=as_text(headers.get("traceparent")),
        source=_required(headers, "ce_source"),
        subject=as_text(headers.get("ce_subject")),
    )


def read_as_far_as_possible(raw: Raw, *, topic: str) -> Record:
    """Return a record for the dead letters of what `read` refuses; its place in the topic is its identity."""
    headers = dict(raw.headers)
    return Record(
        event_id=uuid5(_UNREADABLE, f"{topic}\x00{raw.partition}\x00{raw.offset}"),
        topic=topic,
        partition=raw.partition,
        offset=raw.offset,
        key=as_text(raw.key) or "",
        type=as_text(headers.get("ce_type")) or "unknown",
        time=datetime.fromtimestamp(max(raw.timestamp, 0) / 1000, UTC),
        body=raw.value or b"",
        traceparent=as_text(headers.get("traceparent")),
        source=as_text(headers.get("ce_source")) or "unknown",
        subject=as_text(headers.get("ce_subject")),
    )


def as_text(value: bytes | str | None) -> str | None:
    """Return text that PostgreSQL stores: NUL and what is no UTF-8 become the replacement character."""
    if value is None:
        return None
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def _is_json(value: bytes | None) -> bool:
    try:
        msgspec.json.decode(value or b"", type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _event_id(headers: dict[str, bytes]) -> UUID:
    try:
        return UUID(_required(headers, "ce_id"))
    except ValueError:
        raise EnvelopeUnreadable("envelope_id_not_a_uuid") from None


def _time(headers: dict[str, bytes]) -> datetime:
    try:
        instant = datetime.fromisoformat(_required(headers, "ce_time"))
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise EnvelopeUnreadable("envelope_time_unreadable") from None


def _required(headers: dict[str, bytes], name: str) -> str:
    value = as_text(headers.get(name))
    if not value:
        raise EnvelopeUnreadable(f"envelope_without_{name}")
    return value
