"""Whatever a client sends: a clear problem+json, books that balance, and nothing authentic lost."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.integration.hostile.signed import balance, connect_webhook, deliver, is_problem
from tests.support.waiting import until

SOON = (datetime(2026, 11, 22, tzinfo=UTC) + timedelta(days=36500)).isoformat()
NESTING = b'{"text": ' + b"[" * (5 * 1024 * 1024) + b"]" * (5 * 1024 * 1024) + b"}"

BAD_BODIES: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"text=hello",
    "half a document": b'{"text": "x',
    "ten MiB of nesting": NESTING,
    "a list": b"[1, 2]",
    "a number": b"1" + b"0" * 5000,
    "a huge number as text": b'{"text": ' + b"9" * 100_000 + b"}",
    "an endless exponent": b'{"text": 1e999999999}',
    "not a number": b'{"text": NaN}',
    "invalid UTF-8": b'{"text": "\xff\xfe\xc3\x28 broken"}',
    "overlong UTF-8": b'{"text": "\xc0\xaf broken"}',
    "a surrogate in bytes": b'{"text": "\xed\xa0\x80 broken"}',
    "half a surrogate pair": rb'{"text": "\ud800 broken"}',
    "a key written twice": b'{"text": "one", "text": "two"}',
    "an unknown field": b'{"text": "one", "ticket": "two"}',
    "only white space": rb'{"text": " \t\r\n"}',
    "only NUL": rb'{"text": "\u0000\u0000"}',
    "too long": json.dumps({"text": "x" * 100_001}).encode(),
    "UTF-16": '{"text": "hello"}'.encode("utf-16"),
    "a byte order mark alone": b"\xef\xbb\xbf",
}
BAD_FIELDS: list[tuple[str, Any]] = [
    ("text", 1), ("text", None), ("text", ["a"]), ("text", {"a": 1}), ("text", True),
    ("subject", 7), ("subject", "s" * 1001), ("channel", "Not A Code"), ("channel", "a" * 33), ("channel", 4),
    ("language", "../../etc"), ("language", "x" * 40), ("language", 1.5),
    ("received_at", "yesterday"), ("received_at", SOON), ("received_at", "0001-01-01T00:00:00Z"),
    ("received_at", "2026-13-45T99:99:99Z"), ("received_at", "2026-11-22T10:00:00"), ("received_at", 1e300),
    ("received_at", "9999-12-31T23:59:59-14:00"), ("received_at", -(2**63)),
    ("contact", "anna"), ("contact", []), ("contact", {"email": "no address"}), ("contact", {"email": 1}),
    ("contact", {"internal": "yes"}), ("contact", {"name": "n" * 201}), ("contact", {"unknown": 1}),
    ("contact", {"email": "a@b.c\r\nBcc: all@example.test"}),
    ("segment", "VIP Gold"), ("order_reference", 10**400), ("outcome_sought", {}), ("in_reply_to", "K7M2QP9XA"),
    ("in_reply_to", {"reference": "K7M2QP9XA", "token": "wrong"}), ("in_reply_to", {"reference": "../x", "token": "y"}),
    ("attachments", [{"name": "a", "content_base64": "%%%"}]), ("attachments", {"name": "a"}),
    ("attachments", [{"name": "", "content_base64": ""}]), ("attachments", [{"name": "a"}] * 3),
    ("attachments", [{"name": "a", "content_base64": ""}] * 11),
    ("attachments", [{"name": "a", "content_base64": "", "media_type": "text/html\r\nX: y"}]),
    ("metadata", {"k": {"nested": 1}}), ("metadata", {str(n): "v" for n in range(51)}), ("metadata", [1]),
    ("idempotency_key", ""), ("idempotency_key", "k" * 256),
]  # fmt: skip


def post(ingest: httpx.Client, body: bytes, **headers: str) -> httpx.Response:
    """Post a complaint under a key of its own."""
    given = {"Idempotency-Key": secrets.token_hex(8), "Content-Type": "application/json"} | headers
    return ingest.post("/v1/complaints", content=body, headers=given)


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_body_that_is_no_complaint_is_refused_in_words(name: str, ingest: httpx.Client) -> None:
    answer = post(ingest, BAD_BODIES[name])
    is_problem(answer, 400, 422)
    assert len(answer.json()["detail"]) > 10


@pytest.mark.parametrize(("field", "value"), BAD_FIELDS, ids=lambda part: repr(part)[:40])
def test_a_field_that_is_wrong_is_named(field: str, value: Any, ingest: httpx.Client) -> None:
    answer = post(ingest, json.dumps({"text": "The parcel is late."} | {field: value}).encode())
    is_problem(answer, 422)
    assert [error["pointer"] for error in answer.json()["errors"] if error["pointer"].startswith(f"/{field}")]


def test_what_was_refused_is_counted_and_the_books_balance(ingest: httpx.Client) -> None:
    account, sent = connect_webhook(ingest), list(BAD_BODIES.values())
    before = balance(ingest, "rest")
    for body in sent:
        post(ingest, body)
    deliver(ingest, account, b'{"text": "a good one"}')
    after = until("counted", lambda: _grown(ingest, before, len(sent)), within_s=10)
    assert after["refused"] - before["refused"] == len(sent)
    assert after["received"] == sum(after[k] for k in after if k != "received")


def _grown(ingest: httpx.Client, before: dict[str, int], by: int) -> dict[str, int]:
    now = balance(ingest, "rest")
    return now if now["received"] >= before["received"] + by else {}


def test_an_authentic_delivery_that_cannot_be_read_is_kept_byte_for_byte(ingest: httpx.Client) -> None:
    account, bodies = connect_webhook(ingest), {n: b for n, b in BAD_BODIES.items() if n != "ten MiB of nesting"}
    for name, body in bodies.items():
        answer = deliver(ingest, account, body)
        assert answer.status_code == 200, (name, answer.text)
    listed = ingest.get("/v1/deliveries", params={"account": account, "limit": 500}).json()["items"]
    kept = [ingest.get(f"/v1/deliveries/{item['delivery_id']}/raw").content for item in listed]
    assert sorted(kept) == sorted(bodies.values())
    assert all(item["cause"] and item["detail"] for item in listed)
    counts = until("counted", lambda: balance(ingest, account), within_s=10)
    assert (counts["received"], counts["quarantined"]) == (len(bodies), len(bodies))


def test_ten_mib_of_nesting_at_a_webhook_is_refused_or_kept_and_ingest_goes_on(ingest: httpx.Client) -> None:
    account = connect_webhook(ingest)
    answer = deliver(ingest, account, NESTING)
    if answer.status_code == 200:
        listed = ingest.get("/v1/deliveries", params={"account": account}).json()["items"]
        assert ingest.get(f"/v1/deliveries/{listed[0]['delivery_id']}/raw").content == NESTING
    else:
        is_problem(answer, 413)
    assert post(ingest, b'{"text": "a good one after it"}').status_code == 202
