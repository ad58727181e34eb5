"""The figures page: told apart, narrowed to a time, taken along as CSV."""

from __future__ import annotations

import csv
import io
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import Shop, look

pytestmark = pytest.mark.browser


def test_figures_are_read_told_apart_and_taken_along(console: Page, shop: Shop) -> None:
    console.get_by_role("link", name="Figures").click()
    rows = console.locator("[data-figures] tbody tr")
    expect(rows.first).to_be_visible()
    expect(console.locator("[data-whose]")).to_contain_text("Complaints received from")
    received = int(console.locator(".tile", has_text="received").first.locator(".figure").inner_text())
    columns = console.locator("[data-figures] td[data-label=Received]")
    assert sum(map(int, columns.all_inner_texts())) == received
    look(console, "console-figures")
    console.locator("select[name=by]").select_option("policy")
    expect(console.locator("[data-by]")).to_have_text("Policy")
    console.locator("select[name=period]").select_option("day")
    expect(console).to_have_url(re.compile("by=policy&period=day"))
    expect(rows.first.locator("th")).to_contain_text(re.compile(r"· \d{4}-\d{2}-\d{2}"))
    with console.expect_download() as taken:
        console.get_by_role("link", name="As CSV").click()
    lines = list(csv.DictReader(io.StringIO(taken.value.path().read_text(encoding="utf-8"))))
    assert sum(int(line["complaints"]) for line in lines) == received
    assert {"policy", "period", "promises_percent"} <= set(lines[0])


def test_a_time_in_which_nothing_came_says_so_and_a_wrong_one_what_mends_it(console: Page, shop: Shop) -> None:
    console.goto(f"{shop.house.responder_url}/figures?from=2001-01-01&to=2001-02-01")
    expect(console.locator("[data-empty]")).to_be_visible()
    look(console, "console-figures-empty")
    console.goto(f"{shop.house.responder_url}/figures?from=2001-02-01&to=2001-01-01")
    expect(console.get_by_role("alert")).to_contain_text("must lie before")
    look(console, "console-figures-refused")
