"""The envelope: what goes in comes out, and what is not an event of ours is refused with a code."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.envelope import EnvelopeUnreadable, as_text, headers_of, read, read_as_far_as_possible

TEXT = st.text(st.characters(exclude_characters="\x00", codec="utf-8"), min_size=1)


def _raw(headers: list[tuple[str, bytes]], *, value: bytes | None = b"{}", key: bytes | None = b"k") -> Any:
    return SimpleNamespace(partition=3, offset=14, timestamp=1_700_000_000_000, key=key, value=value, headers=headers)


@given(
    type_=TEXT,
    source=TEXT,
    subject=st.none() | TEXT,
    key=TEXT,
    time=st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(9000, 1, 1)),  # noqa: DTZ001
    offset_h=st.integers(-12, 14),
)
def test_what_goes_in_comes_out(
    type_: str, source: str, subject: str | None, key: str, time: datetime, offset_h: int
) -> None:
    event_id = uuid4()
    instant = time.replace(tzinfo=timezone(timedelta(hours=offset_h)))
    headers = headers_of(
        event_id=event_id, type=type_, source=source, subject=subject, time=instant, traceparent="00-ab-cd-01"
    )
    record = read(_raw(headers, key=key.encode()), topic="complaints.received.v1")
    assert (record.event_id, record.type, record.source, record.subject) == (event_id, type_, source, subject)
    assert (record.key, record.partition, record.offset) == (key, 3, 14)
    assert record.time == instant
    assert record.time.tzinfo is UTC
    assert record.traceparent == "00-ab-cd-01"


@given(
    headers=st.lists(
        st.tuples(
            st.sampled_from(["ce_id", "ce_type", "ce_time", "ce_source", "ce_specversion", "ce_subject", "x"]),
            st.binary(max_size=30) | st.just(b"1.0"),
        )
    ),
    value=st.none() | st.binary(max_size=60),
    key=st.none() | st.binary(max_size=20),
)
def test_whatever_comes_is_a_record_or_a_dead_letter_that_can_be_stored(
    headers: list[tuple[str, bytes]], value: bytes | None, key: bytes | None
) -> None:
    raw = _raw(headers, value=value, key=key)
    try:
        record = read(raw, topic="t")
    except EnvelopeUnreadable:
        record = read_as_far_as_possible(raw, topic="t")
        assert record.event_id == read_as_far_as_possible(raw, topic="t").event_id
    for text in (record.key, record.type, record.source, record.subject or ""):
        assert "\x00" not in text
        text.encode()


@pytest.mark.parametrize("value", [b"{", b"", None, b"[" * 100_000, b'{"a":1} x'])
def test_what_is_not_json_is_refused(value: bytes | None) -> None:
    headers = headers_of(
        event_id=uuid4(), type="t", source="s", subject=None, time=datetime(2026, 1, 1, tzinfo=UTC), traceparent=None
    )
    with pytest.raises(EnvelopeUnreadable, match="body_not_json"):
        read(_raw(headers, value=value), topic="t")


def test_text_that_postgresql_refuses_is_made_storable() -> None:
    assert as_text(b"a\x00b\xff") == "a\ufffdb\ufffd"
    assert as_text("lone \ud800") == "lone ?"
    assert as_text(None) is None
