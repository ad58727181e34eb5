"""A proxy serves ingest under /ingest: deliveries, forms, the status page and the documents have the prefix."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin

import httpx

from services.ingest.app import build
from tests.integration.ingest.conftest import RunningIngest
from tests.support.prefix import StripsPrefix

HOST = "https://acme.test"


async def test_a_customer_fills_in_the_form_and_follows_it_under_the_prefix(
    ingest: RunningIngest, tmp_path: Path
) -> None:
    settings = {"title": "Reclami", "languages": ["it"], "allowed_origins": []}
    await ingest.connect("form", "web_form", settings, {})
    app = build(ingest.settings.model_copy(update={"root_path": "/ingest", "public_url": f"{HOST}/ingest"}))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=StripsPrefix(app, "/ingest"))
        async with httpx.AsyncClient(transport=transport, base_url=HOST) as browser:
            account = (await browser.get("/ingest/v1/accounts/form", headers=ingest.key)).json()
            assert account["delivery_url"] == f"{HOST}/ingest/forms/form"
            page = await browser.get(account["delivery_url"])
            action = _found(r'<form method="post" action="([^"]*)"', page.text)
            submission = _found(r'name="submission" value="([^"]*)"', page.text)
            form = {"text": "Il pacco non è arrivato.", "email": "anna@example.test", "submission": submission}
            thanks = await browser.post(urljoin(str(page.url), action), data=form)
            assert thanks.status_code == 200, thanks.text
            follow = urljoin(str(thanks.url), _found(r'class="button" href="([^"]*)"', thanks.text))
            address, _, token = follow.partition("#")
            assert address.startswith(f"{HOST}/ingest/status/")
            asks = await browser.get(address)
            action = _found(r'<form method="post" action="([^"]*)"', asks.text)
            shown = await browser.post(urljoin(address, action), data={"token": token})
            assert shown.status_code == 200
            assert "<dl>" in shown.text
            assert (await browser.get("/ingest/openapi.json")).json()["servers"] == [{"url": "/ingest"}]
            assert "/ingest/openapi.json" in (await browser.get("/ingest/docs")).text
            refused = (await browser.post("/ingest/v1/channels/nobody/deliveries")).json()
            assert refused["instance"] == "/ingest/v1/channels/nobody/deliveries"


def _found(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    assert found, f"{pattern} is nowhere in the page"
    return found[1].replace("&amp;", "&")
