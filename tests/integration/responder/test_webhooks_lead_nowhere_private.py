"""Subscriptions cannot be turned against the house: private addresses, redirects, secrets, other people's words."""

from __future__ import annotations

from typing import Any

import pytest

from services.responder.settings import ResponderSettings
from tests.integration.responder import neighbours as around
from tests.integration.responder.endpoints import endpoints
from tests.integration.responder.neighbours import Neighbours
from tests.integration.responder.running import RunningResponder, running

PRIVATE = [
    "https://127.0.0.1/", "https://localhost:8003/", "https://[::1]/", "https://[::ffff:10.0.0.1]/",
    "https://10.1.2.3/", "https://169.254.169.254/latest", "https://2130706433/", "https://[64:ff9b::7f00:1]/",
]  # fmt: skip
BAD = [
    "http://crm.example.com/", "ftp://crm.example.com/", "https://user:pw@crm.example.com/", "https://", "crm",
    "https://a b/", "https://crm.example.com/#part", "https://crm.example.com:99999/", "https://crm.example.com:0/", "",
    "javascript:alert(1)",
]  # fmt: skip


async def test_private_and_broken_addresses_are_refused_and_never_called(
    settings: ResponderSettings, neighbours: Neighbours
) -> None:
    strict = settings.model_copy(update={"allow_private_targets": False})
    async with endpoints() as others, running(settings, neighbours) as lenient:
        made = (await lenient.http.post("/v1/webhooks", json={"url": f"{others.url}/crm", "title": "CRM"})).json()
        async with running(strict, neighbours) as responder:
            for url in (*PRIVATE, *BAD):
                answer = await responder.http.post("/v1/webhooks", json={"url": url, "title": "CRM"})
                assert answer.status_code == 422, url
                assert answer.json()["errors"][0]["pointer"] == "/url", url
            # One that was taken before the setting changed, or whose name leads elsewhere now, is judged at the call.
            tested = (await responder.http.post(f"/v1/webhooks/{made['subscription_id']}/test")).json()
    assert not tested["works"]
    assert "private network" in tested["words"]
    assert others.heard["crm"] == []


async def test_narrative_needs_the_scope_to_read(responder: RunningResponder, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {"url": "http://127.0.0.1:9/crm", "title": "CRM", "narrative": True}
    made = (await responder.http.post("/v1/webhooks", json=asked)).json()
    plain = (await responder.http.post("/v1/webhooks", json=asked | {"narrative": False})).json()
    monkeypatch.setattr(around, "SCOPES", ["webhooks:admin"])
    other = {"Authorization": f"Bearer {around.API_KEY}x"}
    monkeypatch.setattr(around, "API_KEY", f"{around.API_KEY}x")
    assert (await responder.http.post("/v1/webhooks", json=asked, headers=other)).status_code == 403
    url = f"/v1/webhooks/{made['subscription_id']}"
    turned = await responder.http.patch(url, json={"url": "http://127.0.0.1:9/mine"}, headers=other)
    assert turned.status_code == 403
    assert (await responder.http.patch(url, json={"title": "CRM 2"}, headers=other)).json()["title"] == "CRM 2"
    more = await responder.http.patch(
        f"/v1/webhooks/{plain['subscription_id']}", json={"narrative": True}, headers=other
    )  # fmt: skip
    assert more.status_code == 403


async def test_what_is_asked_for_wrongly_is_told_what_to_mend(responder: RunningResponder) -> None:
    good = {"url": "http://127.0.0.1:9/crm", "title": "CRM"}
    for wrong, pointer in (
        ({"events": ["complaint.exploded"]}, "/events/0"),
        ({"filters": {"colour": ["red"]}}, "/filters/colour"),
        ({"secret": "whsec_short"}, "/secret"),
        ({"secret": "whsec_AAAAAAAAAAAAAAAAAAAAAAA"}, "/secret"),
        ({"title": ""}, "/title"),
        ({"stray": 1}, "/stray"),
    ):
        answer = await responder.http.post("/v1/webhooks", json=good | wrong)
        assert answer.status_code == 422, wrong
        assert answer.json()["errors"][0]["pointer"].startswith(pointer), answer.text
    made = (await responder.http.post("/v1/webhooks", json=good)).json()
    url = f"/v1/webhooks/{made['subscription_id']}"
    assert (await responder.http.get(f"{url}/notifications/msg_none")).status_code == 404
    changed = (await responder.http.patch(url, json={"filters": {"queue": ["billing"]}})).json()
    assert (changed["filters"], changed["url"], changed["title"]) == ({"queue": ["billing"]}, good["url"], "CRM")
    listed = (await responder.http.get("/v1/webhooks", params={"limit": 1})).json()
    assert [one["subscription_id"] for one in listed["items"]] == [made["subscription_id"]]
    assert (await responder.http.delete(url)).status_code == 204
    for call in (responder.http.get(url), responder.http.delete(url), responder.http.post(f"{url}/resume")):
        assert (await call).status_code == 404
