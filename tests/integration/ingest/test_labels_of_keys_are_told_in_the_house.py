"""Who reads a ledger learns whose key an id was, also of one that was revoked; nobody outside, and nothing more."""

from __future__ import annotations

import httpx

from services.responder.usecases.key_labels import KeyLabels
from tests.integration.ingest.conftest import RunningIngest


async def made(ingest: RunningIngest, label: str) -> tuple[str, str]:
    body = {"label": label, "scopes": ["complaints:read"]}
    answer = await ingest.http.post("/v1/keys", json=body, headers=ingest.key)
    return answer.json()["key_id"], answer.json()["key"]


async def test_labels_are_told_to_the_house_alone(ingest: RunningIngest) -> None:
    anna, key = await made(ingest, "Anna, first line")
    gone, _ = await made(ingest, "The old helpdesk")
    await ingest.http.delete(f"/v1/keys/{gone}", headers=ingest.key)
    labels = KeyLabels(http=ingest.http, ingest_url="http://ingest.test", service_token=ingest.settings.service_token)
    assert await labels.of([anna, gone, "nobody", "x" * 64]) == {anna: "Anna, first line", gone: "The old helpdesk"}

    asked = {"key_ids": [anna]}
    for caller in ({}, ingest.key, {"Authorization": f"Bearer {key}"}):
        assert (await ingest.http.post("/internal/keys/labels", json=asked, headers=caller)).status_code in (401, 404)
    house = {"Authorization": f"Bearer {ingest.settings.service_token}"}
    told = await ingest.http.post("/internal/keys/labels", json=asked, headers=house)
    assert told.json() == {"labels": {anna: "Anna, first line"}}
    assert key not in told.text


async def test_what_was_learned_is_kept_while_ingest_is_away(ingest: RunningIngest) -> None:
    anna, _ = await made(ingest, "Anna, first line")
    bruno, _ = await made(ingest, "Bruno")
    reached = True

    async def sometimes(request: httpx.Request) -> httpx.Response:
        if not reached:
            raise httpx.ConnectError("away")
        return await ingest.http.send(request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(sometimes), base_url="http://ingest.test") as http:
        labels = KeyLabels(http=http, ingest_url="http://ingest.test", service_token=ingest.settings.service_token)
        assert await labels.of([anna]) == {anna: "Anna, first line"}
        reached = False
        assert await labels.of([anna, bruno]) == {anna: "Anna, first line"}
        reached = True
        assert await labels.of([anna, bruno]) == {anna: "Anna, first line", bruno: "Bruno"}
