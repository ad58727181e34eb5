"""Calls as hostile tests make them: signed webhooks with any body, raw requests on a socket, and the books."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import socket
import time
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx

_SECRET = b"A" * 24
WHSEC = "whsec_" + base64.b64encode(_SECRET).decode()


def connect_webhook(ingest: httpx.Client, **settings: Any) -> str:
    """Connect a webhook account of one's own and return its name."""
    account = f"hook-{secrets.token_hex(4)}"
    body = {"channel": "webhook", "title": "Any system", "settings": settings, "secrets": {"signing_secret": WHSEC}}
    answer = ingest.put(f"/v1/accounts/{account}", json=body)
    assert answer.status_code == 201, answer.text
    return account


def signature(body: bytes, *, message_id: str | None = None) -> dict[str, str]:
    """Return the headers that prove the body."""
    named, stamp = message_id or f"msg_{secrets.token_hex(8)}", str(int(time.time()))
    mac = hmac.new(_SECRET, f"{named}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": named,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
        "content-type": "application/json",
    }


def deliver(ingest: httpx.Client, account: str, body: bytes) -> httpx.Response:
    """Post a signed body."""
    return ingest.post(f"/v1/channels/{account}/deliveries", content=body, headers=signature(body))


def balance(ingest: httpx.Client, account: str) -> dict[str, int]:
    """Return the books of one account."""
    figures: dict[str, int] = ingest.get("/v1/balance", params={"account": account}).json()
    return figures


def is_problem(answer: httpx.Response, *statuses: int) -> None:
    """Assert that an answer refuses in the documented form with one of these statuses."""
    assert answer.status_code in statuses, (answer.status_code, answer.text[:300])
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code
    assert {"type", "title", "detail", "instance"} <= set(told)
    assert "Traceback" not in answer.text


def raw(url: str, request: bytes, *, within_s: float = 3.0) -> bytes:
    """Send bytes as they are and return what comes back until the other side closes or is silent."""
    parts = urlsplit(url)
    received = bytearray()
    with socket.create_connection((parts.hostname, parts.port), timeout=within_s) as connection, suppress(OSError):
        # An OSError means: refused before everything was sent, or nothing more came. What was received is told.
        connection.sendall(request)
        while piece := connection.recv(65536):
            received += piece
    return bytes(received)
