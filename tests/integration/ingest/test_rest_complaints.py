"""`POST /v1/complaints`: one complaint a key, whatever the network does to the client."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx

from tests.integration.ingest.conftest import RunningIngest

COMPLAINT: dict[str, Any] = {
    "text": "Il pacco non è mai arrivato.",
    "channel": "phone",
    "contact": {"email": "anna@example.test"},
}


async def post(ingest: RunningIngest, key: str | None, body: Any = COMPLAINT, **more: Any) -> httpx.Response:
    headers = ingest.key | ({"Idempotency-Key": key} if key else {})
    return await ingest.http.post("/v1/complaints", json=body, headers=headers, **more)


async def test_a_complaint_is_announced_once_and_a_retry_gets_the_first_answer(ingest: RunningIngest) -> None:
    first, again = await post(ingest, "k1"), await post(ingest, "k1")
    assert first.status_code == again.status_code == 202
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    (event,) = await ingest.announced()
    assert (event.reference, event.text, event.channel) == (first.json()["reference"], COMPLAINT["text"], "phone")
    assert (await ingest.balance("rest")) == {
        "received": 2, "filed": 1, "duplicate": 1, "quarantined": 0, "ignored": 0, "refused": 0,
    }  # fmt: skip


async def test_fifty_at_once_with_one_key_are_one_complaint(ingest: RunningIngest) -> None:
    answers = await asyncio.gather(*(post(ingest, "burst") for _ in range(50)))
    assert Counter(a.status_code for a in answers) == {202: 50}
    assert len({a.json()["reference"] for a in answers}) == 1
    assert len(await ingest.announced()) == 1


async def test_one_key_for_two_bodies_is_refused_and_the_first_stays(ingest: RunningIngest) -> None:
    await post(ingest, "k1")
    other = await post(ingest, "k1", {"text": "another"})
    assert other.status_code == 422
    assert other.json()["title"] == "Idempotency-Key reused"
    assert len(await ingest.announced()) == 1


async def test_two_clients_may_use_the_same_key(ingest: RunningIngest) -> None:
    made = await ingest.http.post(
        "/v1/keys", json={"label": "second", "scopes": ["complaints:write"]}, headers=ingest.key
    )
    second = {"Authorization": f"Bearer {made.json()['key']}", "Idempotency-Key": "k1"}
    first = await post(ingest, "k1")
    other = await ingest.http.post("/v1/complaints", json={"text": "of the second"}, headers=second)
    assert other.status_code == 202
    assert other.json()["reference"] != first.json()["reference"]


async def test_what_is_wrong_is_said_where_and_counted(ingest: RunningIngest) -> None:
    assert (await post(ingest, None)).status_code == 400
    empty = await post(ingest, "k", {"text": " "})
    assert empty.status_code == 422
    assert [e["pointer"] for e in empty.json()["errors"]] == ["/text"]
    headers = ingest.key | {"Idempotency-Key": "k2", "Content-Type": "application/json"}
    for body in (b"{", b"\xff\xfe", b"[" * 1_000_000, b'{"text": "\\ud800"}', b'{"text": "a", "text": "b"}', b"null"):
        answer = await ingest.http.post("/v1/complaints", content=body, headers=headers)
        assert answer.status_code in (400, 422), (body[:20], answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    counts = await ingest.balance("rest")
    assert (counts["refused"], counts["filed"]) == (7, 0)


async def test_without_a_key_or_its_scope_nothing_is_taken(ingest: RunningIngest) -> None:
    bare = await ingest.http.post("/v1/complaints", json=COMPLAINT)
    assert bare.status_code == 401
    made = await ingest.http.post(
        "/v1/keys", json={"label": "reader", "scopes": ["complaints:read"]}, headers=ingest.key
    )
    reader = {"Authorization": f"Bearer {made.json()['key']}", "Idempotency-Key": "k"}
    assert (await ingest.http.post("/v1/complaints", json=COMPLAINT, headers=reader)).status_code == 403
    await ingest.http.delete(f"/v1/keys/{made.json()['key_id']}", headers=ingest.key)
    assert (await ingest.http.post("/v1/complaints", json=COMPLAINT, headers=reader)).status_code == 401


async def test_a_batch_answers_each_line_and_one_bad_line_stops_no_other(ingest: RunningIngest) -> None:
    lines = [{"text": "first", "idempotency_key": "a"}, {"text": ""}, {"text": "third", "idempotency_key": "c"}]
    answer = await ingest.http.post("/v1/complaints/batch", json=lines, headers=ingest.key)
    assert [item["status"] for item in answer.json()["items"]] == [202, 422, 202]
    again = await ingest.http.post("/v1/complaints/batch", json=lines, headers=ingest.key)
    assert [item.get("replayed") for item in again.json()["items"]] == [True, None, True]
    assert len(await ingest.announced()) == 2


async def test_a_customer_follows_with_the_token_only(ingest: RunningIngest) -> None:
    told = (await post(ingest, "k1")).json()
    path = f"/v1/complaints/{told['reference']}"
    status = await ingest.http.get(path, headers={"Status-Token": told["status_token"]})
    assert status.status_code == 200
    assert status.json()["state"] == "received"
    assert COMPLAINT["text"] not in status.text
    for token in ({}, {"Status-Token": "x"}, {"Status-Token": "\xe9".encode("latin-1")}):
        assert (await ingest.http.get(path, headers=token)).status_code == 404  # type: ignore[arg-type]


async def test_a_follow_up_with_the_token_names_the_first_complaint(ingest: RunningIngest) -> None:
    told = (await post(ingest, "k1")).json()
    reply = {"text": "More.", "in_reply_to": {"reference": told["reference"], "token": told["status_token"]}}
    followed = await post(ingest, "k2", reply)
    for name in ("reference", "complaint_id", "status_token", "status_url"):
        assert followed.json()[name] == told[name]
    assert (await ingest.announced())[1].joins.token_reference == told["reference"]
    reply["in_reply_to"]["token"] = "a" * 16  # type: ignore[index]
    refused = await post(ingest, "k3", reply)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/in_reply_to/token"


async def test_a_long_text_travels_through_the_blob_store(ingest: RunningIngest) -> None:
    await post(ingest, "long", {"text": "è" * 99_999})
    await post(ingest, "emoji", {"text": "😡" * 99_999})
    short, long = await ingest.announced()
    assert (short.whole, len(short.text)) == (None, 99_999)
    assert long.whole is not None
    assert long.whole.size_bytes == 4 * 99_999
    assert len(long.text.encode()) <= 256 * 1024
