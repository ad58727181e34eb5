"""Whoever posts a form again and again is asked to wait; what was filed stays filed, and another form goes on."""

from __future__ import annotations

import secrets

import httpx

from services.ingest.app import build
from tests.integration.ingest.conftest import RunningIngest

A_MINUTE = 3


async def test_too_many_posts_of_one_form_are_asked_to_come_later(ingest: RunningIngest) -> None:
    for name in ("form", "other"):
        await ingest.connect(name, "web_form", {"title": "Acme", "languages": ["en"], "allowed_origins": []}, {})
    strict = build(ingest.settings.model_copy(update={"form_posts_per_minute": A_MINUTE}))
    async with (
        strict.router.lifespan_context(strict),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=strict), base_url="http://ingest.test") as http,
    ):
        answers = [await _post(http, "form") for _ in range(A_MINUTE + 1)]
        elsewhere = await _post(http, "other")
    assert [answer.status_code for answer in answers] == [200] * A_MINUTE + [429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert answers[-1].headers["content-type"] == "application/problem+json"
    assert elsewhere.status_code == 200
    assert len(await ingest.announced()) == A_MINUTE + 1


async def _post(http: httpx.AsyncClient, form: str) -> httpx.Response:
    return await http.post(f"/forms/{form}", data={"text": "Late.", "submission": secrets.token_urlsafe(18)})
