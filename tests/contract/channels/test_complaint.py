"""The complaint as a client writes it: what is taken, and what a client is told to mend."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.contracts.complaint import (
    BYTES_LIMIT,
    TEXT_LIMIT,
    ComplaintRefused,
    NotJson,
    WrittenComplaint,
    is_email,
    read_complaint,
)

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

WHOLE = {
    "text": "The parcel never came",
    "subject": None,
    "channel": "phone",
    "received_at": "2026-11-22T10:00:00+01:00",
    "language": "it-IT",
    "contact": {
        "name": "Anna", "email": "anna@example.test", "phone": "+39 333", "handle": None, "customer_id": "7",
        "internal": False,
    },
    "segment": "consumer",
    "order_reference": "IT-77",
    "outcome_sought": "refund",
    "in_reply_to": {"reference": "ABCDEFGHJ", "token": "abcdefghijklmnop"},
    "attachments": [{"name": "a.jpg", "media_type": "image/jpeg", "content_base64": "aGVsbG8="}],
    "metadata": {"shop": "12"},
}  # fmt: skip


def _read(written: Any) -> WrittenComplaint:
    return read_complaint(written if isinstance(written, bytes) else json.dumps(written).encode(), now=NOW)


def _refused(written: Any) -> dict[str, str]:
    with pytest.raises(ComplaintRefused) as refused:
        _read(written)
    return dict(refused.value.errors)


def test_a_whole_complaint_is_taken() -> None:
    complaint = _read(WHOLE)
    assert complaint.text == "The parcel never came"
    assert complaint.attachments is not None
    assert complaint.attachments[0].content_base64 == b"hello"


def test_text_alone_is_enough_and_everything_else_may_be_null() -> None:
    assert _read({"text": "x"}) == _read({"text": "x"} | dict.fromkeys(set(WHOLE) - {"text"}))


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u3000\u00a0", "\x00"])
def test_a_complaint_says_something(text: str) -> None:
    assert "/text" in _refused({"text": text})


def test_text_has_a_limit_in_characters() -> None:
    _read({"text": "è" * TEXT_LIMIT})
    assert "/text" in _refused({"text": "è" * (TEXT_LIMIT + 1)})


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"text": None}, "/text"),
        ({"text": 5}, "/text"),
        ({"contact": []}, "/contact"),
        ({"contact": {"email": "nope"}}, "/contact/email"),
        ({"contact": {"email": "a@b\nBcc: c@d"}}, "/contact/email"),
        ({"contact": {"internal": "yes"}}, "/contact/internal"),
        ({"contact": {"emial": "a@b.test"}}, "/contact/emial"),
        ({"contcat": {}}, "/contcat"),
        ({"received_at": "yesterday"}, "/received_at"),
        ({"received_at": "2026-11-22T09:00:00"}, "/received_at"),
        ({"received_at": (NOW + timedelta(minutes=6)).isoformat()}, "/received_at"),
        ({"received_at": "1989-12-31T23:59:59Z"}, "/received_at"),
        ({"received_at": "0001-01-01T00:00:00+23:59"}, "/received_at"),
        ({"received_at": "9999-12-31T23:59:59-23:59"}, "/received_at"),
        ({"language": "italiano, grazie"}, "/language"),
        ({"channel": "Phone!"}, "/channel"),
        ({"attachments": [{"name": "a"}]}, "/attachments/0/content_base64"),
        ({"attachments": [{"name": "a", "content_base64": "%%%"}]}, "/attachments/0/content_base64"),
        ({"attachments": [{"name": "a", "content_base64": ""}] * 11}, "/attachments"),
        ({"attachments": [{"name": "a", "content_base64": "", "media_type": "a\r\nb"}]}, "/attachments/0/media_type"),
        ({"metadata": {"a": 1}}, "/metadata"),
        ({"metadata": {"a": {"b": "c"}}}, "/metadata"),
        ({"metadata": {str(n): "" for n in range(51)}}, "/metadata"),
        ({"metadata": {"k" * 201: ""}}, "/metadata"),
        ({"in_reply_to": "ABCDEFGHJ"}, "/in_reply_to"),
        ({"in_reply_to": {"reference": "ABCDEFGHJ"}}, "/in_reply_to/token"),
        ({"order_reference": 10**30}, "/order_reference"),
    ],
)
def test_what_is_wrong_is_named_by_its_pointer(change: dict[str, Any], pointer: str) -> None:
    errors = _refused({"text": "x"} | change)
    assert list(errors) == [pointer]
    assert len(errors[pointer]) > 10


def test_several_wrong_fields_are_told_at_once() -> None:
    errors = _refused({"text": " ", "contact": {"email": "nope"}, "received_at": "2099-01-01T00:00:00Z"})
    assert set(errors) == {"/text", "/contact/email", "/received_at"}


def test_five_minutes_of_a_fast_clock_are_forgiven() -> None:
    _read({"text": "x", "received_at": (NOW + timedelta(minutes=4)).isoformat()})


def test_files_have_a_limit_in_all() -> None:
    half = base64.b64encode(b"x" * (BYTES_LIMIT // 2 + 1)).decode()
    errors = _refused({"text": "x", "attachments": [{"name": "a", "content_base64": half}] * 2})
    assert list(errors) == ["/attachments"]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"text": "a", "text": "b"}',
        b'{"text": "a", "te\\u0078t": "b"}',
        b'{"text" :"a","text"\n:"b"}',
        b'{"text": "a", "contact": {"name": "a", "name": "b"}}',
        b'{"text": "a", "metadata": {"k": "1", "k": "2"}}',
        b'{"text": "a", "attachments": [{"name": "a", "content_base64": "", "name": "b"}]}',
    ],
)
def test_a_field_that_stands_twice_is_refused(raw: bytes) -> None:
    assert "twice" in _refused(raw)[""]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"text": "he said \\"text\\": no", "subject": "text", "channel": "phone", "contact": {"phone": "1"}}',
        b'{"text": "a", "contact": {"name": "a"}, "attachments": [{"name": "b", "content_base64": ""}]}',
        '{"text": "è \\u00e8", "contact": {"name": "text"}}'.encode(),
    ],
)
def test_a_word_that_stands_twice_is_no_field_that_does(raw: bytes) -> None:
    _read(raw)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b'{"text": "x"} x', b"\xff\xfe", b'{"text": "\xe9"}', b'{"text": "\\ud800"}', b"NaN", b'{"text": }'],
)
def test_what_is_no_json_in_utf_8_is_told_so(raw: bytes) -> None:
    with pytest.raises(NotJson):
        _read(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * (10 * 1024 * 1024),
        b'{"metadata":' * 500_000,
        b'{"text": ' + b"9" * 1_000_000 + b"}",
        b'{"text": "x", "attachments": ' + b"[" * 1_000_000,
        b'{"text": 1e999}',
    ],
)
def test_nesting_and_huge_numbers_are_refused_in_words(raw: bytes) -> None:
    with pytest.raises((ComplaintRefused, NotJson)):
        _read(raw)


def test_errors_do_not_repeat_what_the_client_wrote() -> None:
    secret = "Anna Bianchi, via Roma 1"
    for written in ({"text": "x", secret: 1}, {"text": "x", "contact": {"email": secret}}, {"text": [secret]}):
        assert secret not in str(_refused(written))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(WHOLE)) | st.text(), inner),
    max_leaves=6,
)

_unhurried = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # on a machine that many share


@_unhurried
@given(st.dictionaries(st.sampled_from(sorted(WHOLE)), _JSON))
def test_whatever_is_written_is_taken_or_refused_in_words(written: dict[str, Any]) -> None:
    try:
        complaint = _read(written)
    except (ComplaintRefused, NotJson) as error:
        assert str(error)  # noqa: PT017
    else:
        assert complaint.text.strip()


@_unhurried
@given(st.binary(max_size=200))
def test_whatever_bytes_come_are_refused_in_words(raw: bytes) -> None:
    with pytest.raises((ComplaintRefused, NotJson)):
        _read(raw)


@pytest.mark.parametrize("address", ["a@b.test", "o'neil+x@sub.example.test", "è@esempio.test", " a@b.test "])
def test_addresses_that_people_have(address: str) -> None:
    assert is_email(address)


@pytest.mark.parametrize("text", ["", "nope", "a@", "@b", "a b@c", "a@b@c", "<a@b>", "a@b,c@d", "a\x00@b", "a@b\n"])
def test_texts_that_are_no_address(text: str) -> None:
    assert not is_email(text) or text.strip() == "a@b"
