"""Through every door: the same complaint delivered three times is filed once, answered once, and the books balance."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from tests.journey.doors import COMPLAINT, DOORS, Porch
from tests.support.waiting import until


def complaints(responder: httpx.Client, account: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = responder.get("/v1/complaints", params={"account": account}).json()["items"]
    return items


@pytest.mark.parametrize("name", sorted(DOORS))
def test_three_deliveries_are_one_complaint_with_one_answer(name: str, porch: Porch, responder: httpx.Client) -> None:
    door = DOORS[name](porch)
    before = len(complaints(responder, door.account))
    for _ in range(3):
        door.deliver()
    until(f"{name}: answered", lambda: door.answers() >= 1, within_s=30)
    time.sleep(1.5)  # a second complaint or answer would have come by now
    assert door.answers() == 1
    assert len(complaints(responder, door.account)) == before + 1
    if door.balance:
        params = {"account": door.account}
        counts = until("counted", lambda: _counted(porch, params), within_s=10)
        assert (counts["received"], counts["filed"], counts["duplicate"]) == (3, 1, 2)


def _counted(porch: Porch, params: dict[str, str]) -> dict[str, int]:
    counts: dict[str, int] = porch.ingest.get("/v1/balance", params=params).json()
    return counts if counts["received"] == 3 else {}


@pytest.mark.parametrize("name", sorted(DOORS))
def test_every_complaint_has_a_desk_a_reason_and_its_four_promises(
    name: str, porch: Porch, responder: httpx.Client
) -> None:
    door = DOORS[name](porch)
    known = {c["reference"] for c in complaints(responder, door.account)}
    door.deliver()
    found = until(
        "at the responder",
        lambda: [c for c in complaints(responder, door.account) if c["reference"] not in known],
        within_s=30,
    )
    path = f"/v1/complaints/{found[0]['reference']}"
    whole = until("acknowledged", lambda: _acknowledged(responder, path), within_s=30)
    assert whole["queue"]
    assert whole["playbook"]
    assert whole["decision"]["because"]["rule"]
    clocks = {clock["kind"]: clock for clock in whole["clocks"]}
    assert {"acknowledge", "first_response", "next_update", "resolve"} <= set(clocks)
    assert clocks["acknowledge"]["state"] == "met"
    assert all(clock["due_at"] > clock["started_at"] for clock in clocks.values())
    assert any(m["text"].strip() == COMPLAINT for m in whole["messages"])


def _acknowledged(responder: httpx.Client, path: str) -> dict[str, Any]:
    whole: dict[str, Any] = responder.get(path).json()
    return whole if whole["acknowledgement"]["state"] in ("sent", "delivered") else {}
