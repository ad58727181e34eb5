"""The web form and the status page, in both languages, by a browser that runs no script, and by one that does."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import Shop, look
from tests.support.waiting import until

pytestmark = pytest.mark.browser
WITHOUT_SCRIPT = {"java_script_enabled": False}
WORDS = {
    "it": ("Il mio pacco non è mai arrivato.", "Invia", "Ricevuto"),
    "en": ("My parcel never came.", "Send", "Received"),
}


@pytest.mark.parametrize("page", [WITHOUT_SCRIPT], indirect=True, ids=["without script"])
@pytest.mark.parametrize("language", ["it", "en"])
def test_a_mistake_is_mended_and_the_complaint_followed(language: str, page: Page, shop: Shop, nonce: str) -> None:
    text, _, received = WORDS[language]
    page.goto(f"{shop.house.ingest_url}/forms/form?lang={language}")
    expect(page.locator("html")).to_have_attribute("lang", language)
    look(page, f"form-{language}")
    page.fill("#name", "Carla Bianchi")
    page.fill("#email", "no address")
    page.locator("form button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#text")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#name")).to_have_value("Carla Bianchi")
    look(page, f"form-{language}-wrong")
    page.fill("#text", f"{text} {nonce}")
    page.fill("#email", "carla@example.test")
    page.locator("form button").click()
    reference = page.locator(".code strong").inner_text()
    assert re.fullmatch("[A-Z2-9]{9}", reference)
    look(page, f"thanks-{language}")
    token = page.locator("#token").input_value()
    until("at its desk", lambda: _has_a_desk(shop, reference), within_s=30)
    page.goto(f"{shop.house.ingest_url}/status/{reference}?lang={language}")
    look(page, f"status-{language}-asks")
    page.fill("#token", "wrong")
    page.locator("main form button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, f"status-{language}-refused")
    page.fill("#token", token)
    page.locator("main form button").click()
    expect(page.locator("dl")).to_contain_text(received)
    assert re.search(r"\d [a-z]+ 20\d\d (ore|at) \d\d:\d\d UTC", page.locator("dl").inner_text(), re.IGNORECASE)
    assert token not in page.url
    look(page, f"status-{language}")


def _has_a_desk(shop: Shop, reference: str) -> bool:
    with shop.house.client("responder") as responder:
        return responder.get(f"/v1/complaints/{reference}").status_code == 200


def test_the_link_of_the_thanks_page_leads_to_the_state(page: Page, shop: Shop) -> None:
    page.goto(f"{shop.house.ingest_url}/forms/form?lang=en")
    page.fill("#text", "The invoice is wrong and nobody answers.")
    page.locator("form button").click()
    page.locator("a.button").click()
    expect(page.locator("dl")).to_contain_text("Received")
    expect(page.locator("dl time").first).not_to_contain_text("UTC")  # with a script: in the reader's own zone
    assert "#" not in page.url


@pytest.mark.parametrize("page", [WITHOUT_SCRIPT], indirect=True, ids=["without script"])
def test_going_back_and_sending_again_files_one_complaint(page: Page, shop: Shop, nonce: str) -> None:
    page.goto(f"{shop.house.ingest_url}/forms/form?lang=en")
    page.fill("#text", f"Sent twice {nonce}.")
    references = set()
    for _ in range(2):
        page.locator("form button").click()
        references.add(page.locator(".code strong").inner_text())
        page.go_back()
    assert len(references) == 1


@pytest.mark.parametrize("page", [WITHOUT_SCRIPT], indirect=True, ids=["without script"])
def test_a_file_comes_along(page: Page, shop: Shop, nonce: str) -> None:
    page.goto(f"{shop.house.ingest_url}/forms/form?lang=en")
    page.fill("#text", f"See the picture {nonce}.")
    page.set_input_files("#attachments", {"name": "kettle.txt", "mimeType": "text/plain", "buffer": b"a kettle"})
    page.locator("form button").click()
    reference = page.locator(".code strong").inner_text()
    with shop.house.client("router") as router:
        path = f"/v1/complaints/{reference}"
        until("at the router", lambda: router.get(path).status_code == 200, within_s=30)
        assert router.get(path).json()["messages"][0]["attachments"][0]["name"] == "kettle.txt"
