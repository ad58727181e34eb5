"""Signed deliveries: filed once, refused when forged, kept raw when they cannot be read; the books always balance."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.web.lists import Cursor
from tests.integration.ingest.conftest import RunningIngest

SECRET = bytes(range(24))
WHSEC = "whsec_" + base64.b64encode(SECRET).decode()


async def deliver(
    ingest: RunningIngest, body: bytes, *, mid: str = "msg_1", at: float | None = None, account: str = "shop"
) -> httpx.Response:
    stamp = str(int(at or time.time()))
    mac = base64.b64encode(hmac.new(SECRET, f"{mid}.{stamp}.".encode() + body, hashlib.sha256).digest()).decode()
    headers = {"webhook-id": mid, "webhook-timestamp": stamp, "webhook-signature": f"v1,{mac}"}
    return await ingest.http.post(f"/v1/channels/{account}/deliveries", content=body, headers=headers)


@pytest.fixture
async def shop(ingest: RunningIngest) -> RunningIngest:
    await ingest.connect("shop", "webhook", {}, {"signing_secret": WHSEC})
    return ingest


def complaint(words: str = "Your app logs me out.", **more: Any) -> bytes:
    return json.dumps({"text": words, **more}).encode()


async def test_delivered_twice_is_filed_once(shop: RunningIngest) -> None:
    for _ in range(2):
        assert (await deliver(shop, complaint())).status_code == 200
    (event,) = await shop.announced()
    assert (event.account, event.channel, event.text) == ("shop", "webhook", "Your app logs me out.")
    counts = await shop.balance("shop")
    assert (counts["received"], counts["filed"], counts["duplicate"]) == (2, 1, 1)


async def test_forged_and_stale_leave_no_row(shop: RunningIngest) -> None:
    body = complaint()
    assert (await deliver(shop, body, at=time.time() - 3600)).status_code == 401
    unsigned = await shop.http.post("/v1/channels/shop/deliveries", content=body)
    assert unsigned.status_code == 401
    assert await shop.announced() == []
    assert (await shop.balance("shop"))["refused"] == 2
    async with shop.engine.connect() as connection:
        for table in ("deliveries", "quarantine", "messages"):
            assert (await connection.execute(text(f"SELECT count(*) FROM ingest.{table}"))).scalar_one() == 0


async def test_an_unknown_or_disabled_account_takes_nothing(shop: RunningIngest) -> None:
    assert (await deliver(shop, complaint(), account="nobody")).status_code == 404
    await shop.http.put(
        "/v1/accounts/shop", json={"channel": "webhook", "title": "x", "enabled": False}, headers=shop.key
    )
    assert (await deliver(shop, complaint())).status_code == 404


async def test_authentic_but_unreadable_is_kept_byte_for_byte_and_replayed_after_the_mend(shop: RunningIngest) -> None:
    broken = b'{"text": "caf\xe9'
    assert (await deliver(shop, broken)).status_code == 200
    assert (await deliver(shop, broken, mid="msg_2")).status_code == 200
    listed = await shop.http.get("/v1/deliveries", params={"account": "shop"}, headers=shop.key)
    (kept,) = listed.json()["items"]
    assert (kept["state"], kept["size_bytes"], kept["attempts"]) == ("quarantined", len(broken), 0)
    path = f"/v1/deliveries/{kept['delivery_id']}"
    assert (await shop.http.get(f"{path}/raw", headers=shop.key)).content == broken
    refused = await shop.http.post(f"{path}/replay", headers=shop.key)
    assert refused.status_code == 409
    counts = await shop.balance("shop")
    assert (counts["received"], counts["quarantined"], counts["duplicate"]) == (2, 1, 1)
    async with shop.engine.begin() as connection:  # what the vendor's (or our) mend would make of it
        await connection.execute(text("UPDATE ingest.quarantine SET body = :b"), {"b": complaint("café")})
    done = await shop.http.post(f"{path}/replay", headers=shop.key)
    assert (done.status_code, done.json()["filed"]) == (200, 1)
    assert [e.text for e in await shop.announced()] == ["café"]
    counts = await shop.balance("shop")
    assert (counts["received"], counts["filed"], counts["quarantined"], counts["duplicate"]) == (2, 1, 0, 1)
    assert (await shop.http.post(f"{path}/replay", headers=shop.key)).status_code == 404


async def test_a_delivery_that_is_no_complaint_is_discarded_with_a_reason(shop: RunningIngest) -> None:
    await deliver(shop, b"{}")
    kept = (await shop.http.get("/v1/deliveries", headers=shop.key)).json()["items"][0]
    path = f"/v1/deliveries/{kept['delivery_id']}/discard"
    assert (await shop.http.post(path, json={}, headers=shop.key)).status_code == 422
    assert (await shop.http.post(path, json={"reason": "a test of ours"}, headers=shop.key)).status_code == 200
    ended = await shop.http.get("/v1/deliveries", params={"state": "discarded"}, headers=shop.key)
    assert ended.json()["items"][0]["reason"] == "a test of ours"
    assert (await shop.balance("shop"))["quarantined"] == 1


async def test_the_quarantine_is_read_page_by_page(shop: RunningIngest) -> None:
    for n in range(5):
        await deliver(shop, f'{{"text": {n}}}'.encode(), mid=f"m{n}")
    seen, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await shop.http.get("/v1/deliveries", params=params, headers=shop.key)).json()
        seen += [d["delivery_id"] for d in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 5
    for cursor in ("nonsense", Cursor.encode({"at": "now", "id": seen[0]}), Cursor.encode({"at": None, "id": None})):
        wrong = await shop.http.get("/v1/deliveries", params={"cursor": cursor}, headers=shop.key)
        assert wrong.status_code == 422
    naive = Cursor.encode({"at": "2026-01-01T00:00:00", "id": seen[0]})
    assert (await shop.http.get("/v1/deliveries", params={"cursor": naive}, headers=shop.key)).status_code == 200


async def test_a_large_delivery_is_refused_before_it_is_read(shop: RunningIngest) -> None:
    answer = await deliver(shop, b"x" * (60 * 1024 * 1024))
    assert answer.status_code == 413


async def test_text_that_no_database_holds_is_filed_all_the_same(shop: RunningIngest) -> None:
    await deliver(shop, complaint("before\x00after"))
    assert [e.text for e in await shop.announced()] == ["before�after"]


async def test_secrets_go_in_and_never_come_out(shop: RunningIngest) -> None:
    answer = await shop.http.get("/v1/accounts/shop", headers=shop.key)
    assert answer.json()["has_secrets"] == ["signing_secret"]
    assert WHSEC not in answer.text
    async with shop.engine.connect() as connection:
        sealed = (await connection.execute(text("SELECT sealed_secrets FROM ingest.accounts"))).scalar_one()
    assert SECRET not in sealed
    assert WHSEC.encode() not in sealed


async def test_an_account_that_lacks_a_secret_is_told_which_and_where_it_is_shown(ingest: RunningIngest) -> None:
    answer = await ingest.http.put(
        "/v1/accounts/wa",
        json={"channel": "whatsapp", "title": "WA", "settings": {"phone_number_id": "1"}},
        headers=ingest.key,
    )
    assert answer.status_code == 422
    missing = {e["pointer"]: e["detail"] for e in answer.json()["errors"]}
    assert "/secrets/app_secret" in missing
    assert len(missing["/secrets/app_secret"]) > 30


async def test_both_secrets_are_valid_while_one_is_rotated(shop: RunningIngest) -> None:
    newer = "whsec_" + base64.b64encode(b"n" * 24).decode()
    body = {"channel": "webhook", "title": "x", "secrets": {"signing_secret": [newer, WHSEC]}}
    assert (await shop.http.put("/v1/accounts/shop", json=body, headers=shop.key)).status_code == 200
    assert (await deliver(shop, complaint())).status_code == 200
    body["secrets"] = {"signing_secret": newer}
    await shop.http.put("/v1/accounts/shop", json=body, headers=shop.key)
    assert (await deliver(shop, complaint(), mid="msg_2")).status_code == 401
