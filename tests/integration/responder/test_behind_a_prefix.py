"""A proxy serves the responder under /responder: the console's pages, files, redirects and calls have the prefix."""

from __future__ import annotations

from urllib.parse import urljoin

import httpx
import pytest

from services.responder.settings import ResponderSettings
from tests.integration.responder.neighbours import API_KEY, Neighbours
from tests.integration.responder.routed_events import RoutedComplaint
from tests.integration.responder.running import running
from tests.support.prefix import StripsPrefix

HOST = "https://acme.test"


@pytest.fixture
def settings(settings: ResponderSettings) -> ResponderSettings:
    return settings.model_copy(update={"root_path": "/responder/"})


async def test_a_lead_signs_in_and_works_under_the_prefix(settings: ResponderSettings, neighbours: Neighbours) -> None:
    async with running(settings, neighbours) as responder:
        routed = RoutedComplaint()
        await responder.feed(routed.opened())
        transport = httpx.ASGITransport(app=StripsPrefix(responder.app, "/responder"))
        async with httpx.AsyncClient(transport=transport, base_url=HOST) as browser:
            away = await browser.get("/responder/")
            assert (away.status_code, away.headers["location"]) == (303, "/responder/login")
            page = (await browser.get("/responder/login")).text
            assert '<base href="/responder/">' in page
            assert (await browser.get(urljoin(f"{HOST}/responder/", "console/console.css"))).status_code == 200
            signed_in = await browser.post("/responder/login", data={"key": API_KEY})
            assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/responder/")
            assert "<h1" in (await browser.get(f"/responder/complaints/{routed.reference}")).text
            called = await browser.get(f"/responder/v1/complaints/{routed.reference}")
            assert called.json()["reference"] == routed.reference
            assert (await browser.get("/responder/openapi.json")).json()["servers"] == [{"url": "/responder"}]
            assert "/responder/openapi.json" in (await browser.get("/responder/docs")).text
            assert (await browser.get("/v1/complaints")).status_code == 404
