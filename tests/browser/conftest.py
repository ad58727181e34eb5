"""A Chromium on the real three services; whatever a page complains of in its console fails the test."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.browser.looking import Shop
from tests.support.house import running_house
from tests.support.outside import outside_world
from tests.support.stack import Stack
from tests.support.waiting import until

_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
_SAID = [
    "Il mio pacco doveva arrivare lunedì e non è ancora arrivato. Vorrei il rimborso.",
    "The kettle caught fire and burned my hand. This is dangerous!",
    "You charged me twice for the same invoice.",
    "Ich warte seit drei Wochen auf meine Bestellung 4711. Bitte antworten Sie.",
]


@pytest.fixture(scope="package")
def shop(stack: Stack) -> Iterator[Shop]:
    """A house with a form, a relay, and some complaints at their desks."""
    with outside_world() as outside:
        extra = {"ASCOLTO_MAIL_RELAY_URL": outside.relay_url, "ASCOLTO_MAIL_FROM": "care@acme.test"}
        with running_house(stack, extra=extra) as house, house.client("ingest") as ingest:
            settings: dict[str, Any] = {"title": "Acme", "languages": ["it", "en"], "allowed_origins": []}
            form = {"channel": "web_form", "title": "Acme", "settings": settings, "secrets": {}}
            assert ingest.put("/v1/accounts/form", json=form).is_success
            shop = Shop(house=house, ingest=ingest)
            references = [shop.complain(text) for text in _SAID]
            with house.client("responder") as responder:
                until("all at their desks", lambda: all(_is_there(responder, r) for r in references), within_s=40)
                yield shop


def _is_there(responder: httpx.Client, reference: str) -> bool:
    return responder.get(f"/v1/complaints/{reference}").status_code == 200


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A Chromium without a head, for the tests of one module.

    Playwright keeps an event loop in this thread while it runs: no test that is a coroutine could run beside it.
    """
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh page, 1440 wide, as somebody in Rome sees it; errors in its console fail the test."""
    wanted: dict[str, Any] = getattr(request, "param", {})
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="en-GB", timezone_id="Europe/Rome", **wanted
    )
    context.set_default_timeout(15_000)
    opened, complaints = context.new_page(), list[str]()

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    opened.on("console", heard)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    refused = "Failed to load resource: the server responded with a status of 4"
    assert [text for text in complaints if not text.startswith(refused)] == []


@pytest.fixture
def console(page: Page, shop: Shop) -> Page:
    """The console, signed in."""
    page.goto(f"{shop.house.responder_url}/login")
    page.fill("#key", shop.house.api_key)
    page.click("button[type=submit]")
    page.wait_for_selector("[data-live].on")
    return page


@pytest.fixture
def nonce() -> str:
    """A word that stands nowhere else."""
    return f"word{secrets.token_hex(5)}"
