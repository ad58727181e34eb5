"""The balance counts messages, whatever a delivery mixes, however often it comes, whoever replays it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.ingest.app import build
from services.ingest.domain import filing
from shared.meta.receiving import signature
from tests.integration.ingest.conftest import RunningIngest

SECRET = "app-secret-0001"
NUMBER = "106540352242922"


@pytest.fixture
async def whatsapp(ingest: RunningIngest) -> RunningIngest:
    secrets = {"app_secret": SECRET, "verify_token": "our-word-0001", "access_token": "token-0001"}
    await ingest.connect("wa", "whatsapp", {"phone_number_id": NUMBER}, secrets)
    return ingest


def message(name: str, words: str | None = "Where is it?") -> dict[str, Any]:
    said = {} if words is None else {"text": {"body": words}}
    return {"from": "393331112233", "id": name, "timestamp": "1795339770", "type": "text"} | said


def delivery(*messages: dict[str, Any], statuses: tuple[dict[str, Any], ...] = ()) -> bytes:
    value = {"metadata": {"phone_number_id": NUMBER}, "messages": list(messages), "statuses": list(statuses)}
    entry = {"id": "1", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


async def deliver(ingest: RunningIngest, body: bytes) -> httpx.Response:
    headers = {"x-hub-signature-256": signature(body, secret=SECRET)}
    return await ingest.http.post("/v1/channels/wa/deliveries", content=body, headers=headers)


async def books(ingest: RunningIngest) -> dict[str, int]:
    return {kind: n for kind, n in (await ingest.balance("wa")).items() if n}


async def test_a_message_that_stands_twice_in_one_delivery_is_filed_once(whatsapp: RunningIngest) -> None:
    assert (await deliver(whatsapp, delivery(message("wamid.a"), message("wamid.a"), message("wamid.b")))).is_success
    assert len(await whatsapp.announced()) == 2
    assert await books(whatsapp) == {"received": 3, "filed": 2, "duplicate": 1}


async def test_a_mixed_delivery_is_counted_item_by_item_when_it_comes_again_and_when_it_is_replayed(
    whatsapp: RunningIngest,
) -> None:
    sent = {"id": "wamid.ours", "status": "sent", "timestamp": "1795339770"}
    body = delivery(message("wamid.a"), message("wamid.b", words=None), statuses=(sent,))
    assert (await deliver(whatsapp, body)).is_success
    assert await books(whatsapp) == {"received": 3, "filed": 1, "quarantined": 1, "ignored": 1}
    assert (await deliver(whatsapp, body)).is_success
    assert await books(whatsapp) == {"received": 6, "filed": 1, "duplicate": 2, "quarantined": 1, "ignored": 2}
    async with whatsapp.engine.begin() as connection:  # what the mended version would make of it
        mended = delivery(message("wamid.a"), message("wamid.b"), statuses=(sent,))
        await connection.execute(text("UPDATE ingest.quarantine SET body = :b"), {"b": mended})
    kept = (await whatsapp.http.get("/v1/deliveries", headers=whatsapp.key)).json()["items"][0]
    replayed = await whatsapp.http.post(f"/v1/deliveries/{kept['delivery_id']}/replay", headers=whatsapp.key)
    assert replayed.json()["filed"] == 1
    assert await books(whatsapp) == {"received": 6, "filed": 2, "duplicate": 2, "ignored": 2}


@pytest.mark.parametrize("where", ["packed", "stored"])
async def test_a_delivery_that_meets_a_defect_of_ours_behind_its_channel_is_kept(
    where: str, whatsapp: RunningIngest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if where == "packed":
        monkeypatch.setattr(filing, "quoted_references", _defect)
    else:
        monkeypatch.setattr("services.ingest.store.filing._given", _defect)
    assert (await deliver(whatsapp, delivery(message("wamid.a")))).status_code == 200
    kept = (await whatsapp.http.get("/v1/deliveries", headers=whatsapp.key)).json()["items"]
    assert [(k["cause"], k["state"]) for k in kept] == [("defect", "quarantined")]
    assert await books(whatsapp) == {"received": 1, "quarantined": 1}


async def test_what_is_refused_in_the_last_second_counts(whatsapp: RunningIngest) -> None:
    another = build(whatsapp.settings)
    async with another.router.lifespan_context(another):
        transport = httpx.ASGITransport(app=another)
        async with httpx.AsyncClient(transport=transport, base_url="http://ingest.test") as http:
            assert (await http.post("/v1/channels/wa/deliveries", content=b"{}")).status_code == 401
    assert await books(whatsapp) == {"received": 1, "refused": 1}


def _defect(*_: object) -> None:
    raise KeyError("planted")
