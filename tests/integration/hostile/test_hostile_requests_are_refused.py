"""Methods, keys and headers that no honest client sends: refused in the documented form, never a 500."""

from __future__ import annotations

import json
import secrets

import httpx
import pytest

from tests.integration.hostile.signed import is_problem, raw
from tests.support.house import House


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
