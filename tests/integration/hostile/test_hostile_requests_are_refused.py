"""Addresses, methods, headers and queries that no honest client sends: refused in the documented form, never a 500."""

from __future__ import annotations

import json
import secrets
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.integration.hostile.signed import is_problem, raw
from tests.support.house import House

LISTS = [
    ("ingest", "/v1/deliveries"), ("router", "/v1/complaints"), ("router", "/v1/deadletters"),
    ("responder", "/v1/complaints"), ("responder", "/v1/dead-letters"),
]  # fmt: skip
ABSURD = ["limit=0", "limit=501", "limit=-1", "limit=text", "limit=" + "9" * 400, "limit=1e3", "limit=%00",
          "cursor=garbage", "cursor=%00", "cursor=e30", "cursor=bnVsbA", "cursor=W10", "cursor=" + "A" * 5000,
          "cursor=eyJhdCI6OTk5OX0", "cursor=%F0%9F%92%A9"]  # fmt: skip
DATES = ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2026-02-30T00:00:00Z", "now", "1e400", "%00",
         "99999999999999999999"]  # fmt: skip
DATED = [("router", "/v1/complaints", "from"), ("router", "/v1/complaints", "to"), ("ingest", "/v1/balance", "from"),
         ("ingest", "/v1/balance", "to"), ("responder", "/v1/complaints", "due_before")]  # fmt: skip
FILTERED = [
    ("ingest", "/v1/deliveries", "account"), ("ingest", "/v1/balance", "account"),
    ("router", "/v1/complaints", "queue"), ("router", "/v1/complaints", "q"),
    ("responder", "/v1/complaints", "queue"), ("responder", "/v1/complaints", "owner"),
]  # fmt: skip
HOSTILE_NAMES = [
    "../../etc/passwd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "a%00b", "a" * 4000, "%FF%FE", "%ED%A0%80", "{{7*7}}",
    "'; DROP TABLE accounts; --", "${jndi:ldap://x}", "\u202egro", "con\r\nX: y", " ", "A B",
]  # fmt: skip


def get(house: House, service: str, target: str) -> httpx.Response:
    with house.client(service) as client:
        return client.get(target)


@pytest.mark.parametrize("query", ABSURD)
@pytest.mark.parametrize(("service", "path"), LISTS)
def test_an_absurd_page_is_refused(service: str, path: str, query: str, fortress: House) -> None:
    is_problem(get(fortress, service, f"{path}?{query}"), 422)


@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize(("service", "path", "name"), DATED)
def test_a_date_outside_the_calendar_is_refused(
    service: str, path: str, name: str, date: str, fortress: House
) -> None:  # fmt: skip
    is_problem(get(fortress, service, f"{path}?{name}={date}"), 422)


@pytest.mark.parametrize(
    "value", ["%00", "a%00b", "%ED%A0%80", "%FF", "%F0%9F%92%A9", "' OR 1=1 --", "%25", "a" * 5000]
)
@pytest.mark.parametrize(("service", "path", "name"), FILTERED)
def test_a_hostile_filter_finds_nothing_or_is_refused(
    service: str, path: str, name: str, value: str, fortress: House
) -> None:  # fmt: skip
    answer = get(fortress, service, f"{path}?{name}={value}")
    if answer.status_code != 200:
        return is_problem(answer, 422)
    found = answer.json()
    return _nothing(found)


def _nothing(found: dict[str, Any]) -> None:
    assert found.get("items", []) == []
    assert not found.get("received")


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_account_name_leads_nowhere(name: str, fortress: House, ingest: httpx.Client) -> None:
    written = name if "%" in name else quote(name, safe="")
    body = {"channel": "web_form", "title": "t", "settings": {"title": "x", "languages": ["en"]}, "secrets": {}}
    is_problem(ingest.put(f"/v1/accounts/{written}", json=body), 404, 405, 422)
    for method, path in (
        ("GET", "/v1/accounts/{}"), ("DELETE", "/v1/accounts/{}"), ("POST", "/v1/accounts/{}/check"),
        ("POST", "/v1/channels/{}/deliveries"), ("GET", "/v1/channels/{}/deliveries"),
        ("GET", "/forms/{}"), ("POST", "/forms/{}"), ("GET", "/status/{}"), ("GET", "/v1/complaints/{}"),
    ):  # fmt: skip
        is_problem(ingest.request(method, path.format(written)), 404, 405, 422)


@pytest.mark.parametrize("service", ["router", "responder"])
@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_reference_leads_nowhere(name: str, service: str, fortress: House) -> None:
    written = name if "%" in name else quote(name, safe="")
    is_problem(get(fortress, service, f"/v1/complaints/{written}"), 404, 422)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
@pytest.mark.parametrize("path", ["/v1/complaints", "/v1/complaints/batch"])
def test_a_wrong_method_is_refused(method: str, path: str, ingest: httpx.Client) -> None:
    is_problem(ingest.request(method, path), 400, 404, 405, 422)


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/xml",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
        "x" * 3000,
        ";;;",
        "/",
    ],
)
def test_a_wrong_media_type_is_refused(media_type: str, ingest: httpx.Client) -> None:
    headers = {"Idempotency-Key": secrets.token_hex(8), "Content-Type": media_type}
    is_problem(ingest.post("/v1/complaints", content=b'{"text": "x"}', headers=headers), 415)


@pytest.mark.parametrize("key", ["k" * 256, "k" * 8000, ""])
def test_an_idempotency_key_without_measure_is_refused(key: str, ingest: httpx.Client) -> None:
    is_problem(ingest.post("/v1/complaints", json={"text": "x"}, headers={"Idempotency-Key": key}), 400, 422)


@pytest.mark.parametrize("value", ["Bearer", "Basic eDp5", "Bearer ascolto_x_y", "Bearer " + "a" * 30_000, "Bearer éé",
                                   "Bearer ascolto__", "bearer null", "Bearer a b c"])  # fmt: skip
@pytest.mark.parametrize("service", ["ingest", "router", "responder"])
def test_a_forged_key_opens_nothing(value: str, service: str, fortress: House) -> None:
    path = {"ingest": "/v1/accounts", "router": "/v1/queues", "responder": "/v1/queue-health"}[service]
    answer = httpx.get(
        f"{fortress.services.url(service)}{path}",
        headers={b"Authorization": value.encode()},
        timeout=20,
        trust_env=False,
    )
    is_problem(answer, 401)


def head(house: House, *lines: str, body: bytes = b'{"text": "smuggled"}') -> bytes:
    given = [f"Authorization: Bearer {house.api_key}", "Host: x", "Connection: close", "Content-Type: application/json"]
    return "\r\n".join(["POST /v1/complaints HTTP/1.1", *given, *lines, "", ""]).encode() + body


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 21", "Content-Length: 3"),
        ("Content-Length: -1",),
        ("Content-Length: 20x",),
        ("Content-Length: " + "9" * 40,),
        ("Transfer-Encoding: chunked", "Content-Length: 20"),
        ("X: " + "h" * 200_000,),
        tuple(f"X-{n}: y" for n in range(5_000)),
        ("Bad Header Name: y",),
        ("X: a\x00b",),
    ],
    ids=lambda lines: lines[0][:30],
)
def test_header_tricks_file_nothing_and_break_nothing(
    lines: tuple[str, ...], fortress: House, ingest: httpx.Client
) -> None:
    answer = raw(fortress.ingest_url, head(fortress, f"Idempotency-Key: {secrets.token_hex(8)}", *lines))
    assert answer.split(b" ")[1][:1] == b"4", answer[:200]
    assert b"\r\ncontent-type: application/problem+json\r\n" in answer
    assert ingest.get("/healthz").status_code == 200


def test_a_chunked_body_is_a_body(fortress: House) -> None:
    body = json.dumps({"text": "in two pieces"}).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (body[:7], body[7:])) + b"0\r\n\r\n"
    key = f"Idempotency-Key: {secrets.token_hex(8)}"
    answer = raw(fortress.ingest_url, head(fortress, key, "Transfer-Encoding: chunked", body=chunks))
    assert answer.startswith(b"HTTP/1.1 202"), answer[:300]
