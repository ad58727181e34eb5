"""What browser tests share: complaints to look at, pictures of pages, and whether a page fits its window."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

import httpx
from playwright.sync_api import Page

from tests.support import calling
from tests.support.house import House
from tests.support.run import CHECKOUT

PICTURES = CHECKOUT / ".local" / "pictures"
WIDTHS = (1440, 390)


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A running house and a client of its first door."""

    house: House
    ingest: httpx.Client

    def complain(self, text: str) -> str:
        """File a complaint and return its reference."""
        contact = {"name": "Anna Rossi", "email": f"anna-{secrets.token_hex(4)}@example.test"}
        body = {"text": text, "channel": "phone", "contact": contact}
        answer = self.ingest.post("/v1/complaints", json=body, headers={"Idempotency-Key": secrets.token_hex(8)})
        assert answer.status_code == 202, answer.text
        reference: str = answer.json()["reference"]
        return reference

    def complain_by_form(self, text: str) -> str:
        """File a complaint by the web form without an address, and return its reference."""
        form = {"text": text, "submission": secrets.token_urlsafe(18)}
        answer = calling.call("POST", f"{self.house.ingest_url}/forms/form?lang=en", data=form)
        assert answer.status_code == 200, answer.text
        [reference] = re.findall(r"<strong>([A-Z2-9]{9})</strong>", answer.text)
        return str(reference)


def look(page: Page, name: str) -> None:
    """Keep a picture of the page at each width, and assert that nothing sticks out to the side."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    before = page.viewport_size
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(150)  # styles that change with the width take a frame
        page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} wide in a window of {width}"
    if before is not None:
        page.set_viewport_size(before)
