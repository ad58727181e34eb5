"""From signing in to a complaint that is resolved, as an agent does it with a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import Shop, look

pytestmark = pytest.mark.browser


def test_a_wrong_key_is_refused_and_a_right_one_opens(page: Page, shop: Shop) -> None:
    page.goto(shop.house.responder_url)
    expect(page).to_have_url(f"{shop.house.responder_url}/login")
    look(page, "console-login")
    page.fill("#key", "ascolto_000000000000_wrong")
    page.click("button[type=submit]")
    expect(page.get_by_role("alert")).to_contain_text("unknown or revoked")
    look(page, "console-login-refused")
    page.fill("#key", shop.house.api_key)
    page.click("button[type=submit]")
    expect(page.locator("h1")).to_have_text("Queue health")
    assert shop.house.api_key not in page.content()
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{shop.house.responder_url}/work")
    expect(page).to_have_url(f"{shop.house.responder_url}/login")


def test_queue_health_moves_by_itself_when_a_complaint_comes(console: Page, shop: Shop) -> None:
    console.evaluate("window.notReloaded = true")
    opened = console.locator(".tile", has_text="open").first.locator(".figure")
    before = int(opened.inner_text())
    shop.complain("The parcel is late again and nobody tells me anything.")
    expect(opened).to_have_text(str(before + 1), timeout=20_000)
    assert console.evaluate("window.notReloaded")
    look(console, "console-queues")


def test_the_work_list_is_filtered(console: Page, shop: Shop) -> None:
    console.get_by_role("link", name="Work").click()
    rows = console.locator("[data-work] li")
    expect(rows.first).to_be_visible()
    everything = rows.count()
    look(console, "console-work")
    queue = console.locator("select[name=queue]")
    queue.select_option(index=queue.locator("option").count() - 1)
    expect(console).to_have_url(re.compile("queue="))
    console.wait_for_function("n => document.querySelectorAll('[data-work] li').length < n", arg=everything)
    console.locator("select[name=state]").select_option("closed")
    expect(console.locator("[data-empty]")).to_be_visible()
    look(console, "console-work-empty")


def test_a_complaint_is_claimed_answered_and_resolved(console: Page, shop: Shop) -> None:
    reference = shop.complain("The kettle arrived broken and I want my money back.")
    console.wait_for_timeout(1500)
    opening(console, shop, reference)
    clock = console.locator(".clock", has_text="Final answer")
    clock.get_by_text("Why then?").click()
    expect(clock.locator(".why")).to_contain_text("is not counted")
    expect(console.locator("[data-promised]")).to_contain_text("a default of ours")
    look(console, "console-complaint-new")
    timeline = console.locator("[data-timeline]")
    console.get_by_role("button", name="Claim").click()
    expect(timeline).to_contain_text("Taken by")
    console.fill("#words", "We send a new kettle today; it arrives on Friday.")
    console.get_by_role("button", name="Send by the way it came").click()
    expect(timeline).to_contain_text("Answer written")
    expect(console.locator("[data-messages]")).to_contain_text("We send a new kettle today")
    expect(console.locator("#words")).to_have_value("")
    step = console.locator("[data-steps] form").first
    title = step.locator("xpath=..").locator("strong").inner_text()
    step.locator("input").fill("Called Anna, she agrees")
    step.get_by_role("button", name="Done").click()
    expect(console.locator("[data-steps] li.done", has_text=title)).to_contain_text("Called Anna")
    resolve(console)
    expect(timeline).to_contain_text("Resolved:")
    expect(console.get_by_role("button", name="Close")).to_be_visible()
    look(console, "console-complaint-resolved")


def test_people_steps_and_silence_are_named_as_what_they_are(console: Page, shop: Shop) -> None:
    reference = shop.complain_by_form("The lamp came broken and I left no address.")
    opening(console, shop, reference)
    told = console.locator("[data-messages] .badge", has_text="no acknowledgement")
    expect(told).to_have_class("badge plain")
    expect(console.locator("[data-messages]")).to_contain_text("the customer gave no address")
    expect(console.locator("[data-timeline]")).to_contain_text("No acknowledgement: the customer gave no address")
    expect(console.locator("[data-steps] .badge.bad")).to_have_count(0)
    expect(console.locator("[data-clocks] .clock").first).to_contain_text("not owed")
    console.get_by_role("button", name="Claim").click()
    timeline = console.locator("[data-timeline]")
    expect(timeline).to_contain_text("Taken by tests")
    expect(console.locator("[data-facts]")).to_contain_text("with tests")
    step = console.locator("[data-steps] form").last
    title = step.locator("xpath=..").locator("strong").inner_text()
    step.locator("input").fill("Wrote it down")
    step.get_by_role("button", name="Done").click()
    expect(timeline).to_contain_text(f"Step “{title}”: done")
    expect(console.locator("main")).not_to_contain_text("key:")
    look(console, "console-complaint-silent")
    console.get_by_role("link", name="Work").first.click()
    row = console.locator("[data-work] li", has_text=reference)
    expect(row).to_contain_text("tests")
    expect(row.locator(".badge", has_text="no acknowledgement")).to_have_class("badge plain")
    expect(console.locator("main")).not_to_contain_text("key:")
    look(console, "console-work-silent")


def opening(console: Page, shop: Shop, reference: str) -> None:
    """Find a complaint by its reference; it may be on its way to the desk still."""
    for _ in range(20):
        console.fill("[data-find] input", reference)
        console.press("[data-find] input", "Enter")
        console.wait_for_url(f"**/complaints/{reference}")
        console.wait_for_selector("[data-loading]", state="hidden")
        if console.locator("[data-shown]").is_visible():
            return
        console.wait_for_timeout(500)
    raise AssertionError(f"{reference} came to no desk")


def resolve(console: Page) -> None:
    """Resolve; without a root cause the browser does not even send it."""
    form = console.locator("[data-resolve]")
    form.locator("[name=outcome]").select_option(index=1)
    sent: list[str] = []
    console.on("request", lambda request: sent.append(request.url) if request.url.endswith("/resolve") else None)
    form.get_by_role("button", name="Resolve").click()
    assert form.locator("[name=root_cause]").evaluate("field => field.validity.valueMissing")
    assert sent == []
    form.locator("[name=root_cause]").select_option(index=1)
    form.get_by_role("button", name="Resolve").click()


def test_what_a_customer_writes_is_never_markup(console: Page, shop: Shop) -> None:
    text = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script> broken kettle"
    opening(console, shop, shop.complain(text))
    expect(console.locator("[data-messages] .text").first).to_have_text(text)
    assert "owned" not in console.title()
    assert console.locator("[data-messages] img").count() == 0


def test_a_reference_that_is_none_is_said_so(console: Page, shop: Shop) -> None:
    console.goto(f"{shop.house.responder_url}/complaints/ABCDEFGHK")
    expect(console.get_by_role("alert")).to_contain_text("no complaint has this reference")
    look(console, "console-complaint-unknown")
