"""What journeys ask the responder for."""

from __future__ import annotations

from typing import Any

import httpx

from tests.support.waiting import until


def complaints(responder: httpx.Client, account: str) -> list[dict[str, Any]]:
    """Return the complaints of an account as the work list shows them."""
    items: list[dict[str, Any]] = responder.get("/v1/complaints", params={"account": account}).json()["items"]
    return items


def only_complaint(responder: httpx.Client, account: str) -> dict[str, Any]:
    """Wait for the first complaint of an account, acknowledged, and return it whole."""
    [found] = until("filed", lambda: complaints(responder, account), within_s=30)
    return acknowledged(responder, found["reference"])


def acknowledged(responder: httpx.Client, reference: str) -> dict[str, Any]:
    """Wait until a complaint is acknowledged and return it whole."""

    def probe() -> dict[str, Any]:
        answer = responder.get(f"/v1/complaints/{reference}")
        whole: dict[str, Any] = answer.json()
        told = answer.status_code == 200 and whole["acknowledgement"]["state"] in ("sent", "delivered")
        return whole if told else {}

    return until("acknowledged", probe, within_s=30)


def whole(client: httpx.Client, reference: str) -> dict[str, Any]:
    """Return a complaint as a service shows it now."""
    answer = client.get(f"/v1/complaints/{reference}")
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown
