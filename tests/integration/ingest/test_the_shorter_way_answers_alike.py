"""Deliveries take a shorter way past the framework; whoever sends one cannot tell, whatever they send."""

from __future__ import annotations

import base64
import json

import httpx
import pytest

from shared.clock import SystemClock
from shared.vendor.standard_webhooks import sign
from tests.integration.ingest.conftest import RunningIngest

_SECRET = "whsec_" + base64.b64encode(b"twenty-four bytes of key").decode()
_READABLE = json.dumps({"text": "The parcel is late.", "contact": {"handle": "anna"}}).encode()


def _signed(body: bytes, webhook_id: str) -> dict[str, str]:
    timestamp = str(int(SystemClock().now().timestamp()))
    proof = sign(_SECRET, webhook_id=webhook_id, timestamp=timestamp, body=body)
    return {"webhook-id": webhook_id, "webhook-timestamp": timestamp, "webhook-signature": proof}


@pytest.mark.parametrize(
    ("name", "account", "body", "forged"),
    [
        ("filed", "shop", _READABLE, False),
        ("unreadable", "shop", _READABLE[:-4], False),
        ("forged", "shop", _READABLE, True),
        ("unknown account", "nobody", _READABLE, False),
        ("too large", "shop", b" " * (40 * 1024 * 1024 + 1), False),
    ],
)
async def test_both_ways_answer_alike(
    ingest: RunningIngest, name: str, account: str, body: bytes, *, forged: bool
) -> None:
    await ingest.connect("shop", "webhook", {}, {"signing_secret": _SECRET})
    path = f"/v1/channels/{account}/deliveries"
    framework = httpx.ASGITransport(app=ingest.app, raise_app_exceptions=False)
    answers = []
    async with httpx.AsyncClient(transport=framework, base_url="http://ingest.test") as longer:
        for way, client in (("short", ingest.http), ("long", longer)):
            headers = _signed(body, f"{name}-{way}") | ({"webhook-signature": "v1,AAAA"} if forged else {})
            answer = await client.post(path, content=body, headers=headers)
            answers.append((answer.status_code, answer.headers.get("content-type"), answer.content))
    assert answers[0] == answers[1]
    assert answers[0][0] in (200, 401, 404, 413)


async def test_the_route_is_counted_under_its_template(ingest: RunningIngest) -> None:
    await ingest.connect("shop", "webhook", {}, {"signing_secret": _SECRET})
    await ingest.http.post("/v1/channels/shop/deliveries", content=_READABLE, headers=_signed(_READABLE, "one"))
    metrics = (await ingest.http.get("/metrics")).text
    assert 'route="/v1/channels/{account}/deliveries",status="200"' in metrics
