"""A second message that quotes the reference is part of the first complaint, and its own status tells of that one."""

from __future__ import annotations

import secrets
from typing import Any

import httpx

from tests.journey.asking import acknowledged, whole
from tests.journey.doors import COMPLAINT, Porch
from tests.support import calling
from tests.support.waiting import until


def complain(ingest: httpx.Client, text: str, *, by: str) -> dict[str, Any]:
    """Write by the API and return what the writer is told."""
    body = {"text": text, "channel": "phone", "contact": {"email": by}}
    answer = ingest.post("/v1/complaints", json=body, headers={"Idempotency-Key": secrets.token_hex(8)})
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


def status(porch: Porch, told: dict[str, Any], *, token: str | None = None) -> httpx.Response:
    """Ask as the customer does, without our API key."""
    url = f"{porch.house.ingest_url}/v1/complaints/{told['reference']}"
    return calling.call("GET", url, headers={"Status-Token": token or told["status_token"]})


def test_the_second_reference_follows_the_first_complaint(
    porch: Porch, responder: httpx.Client, router: httpx.Client
) -> None:
    anna = f"anna-{secrets.token_hex(3)}@example.test"
    first = complain(porch.ingest, COMPLAINT, by=anna)
    acknowledged(responder, first["reference"])
    second = complain(porch.ingest, f"About {first['reference']}: it has still not come.", by=anna)
    assert second["reference"] != first["reference"]
    until("joined", lambda: len(whole(router, first["reference"])["messages"]) == 2, within_s=30)

    told = status(porch, second).json()
    assert (told["reference"], told["state"], told["continues"]) == (second["reference"], "open", first["reference"])
    assert told.items() >= {k: v for k, v in status(porch, first).json().items() if k.endswith(("_at", "_due")) and
                            k != "received_at"}.items()  # fmt: skip
    assert told["acknowledged_at"]

    ending = {"outcome": "upheld", "root_cause": "carrier", "redress": ["apology"], "summary": "done"}
    assert responder.post(f"/v1/complaints/{first['reference']}/resolve", json=ending).status_code == 200
    assert status(porch, second).json()["state"] == "resolved"
    url = f"{porch.house.ingest_url}/status/{second['reference']}?lang=en"
    page = calling.call("POST", url, data={"token": second["status_token"]})
    assert page.status_code == 200
    assert "Resolved" in page.text
    assert first["reference"] in page.text
    # The token opens the reference that it was handed out with, and no other.
    assert status(porch, first, token=second["status_token"]).status_code == 404
    assert status(porch, second, token=first["status_token"]).status_code == 404


def test_a_stranger_who_quotes_it_is_told_of_their_own_complaint(porch: Porch, responder: httpx.Client) -> None:
    first = complain(porch.ingest, COMPLAINT, by=f"anna-{secrets.token_hex(3)}@example.test")
    acknowledged(responder, first["reference"])
    other = complain(
        porch.ingest, f"About {first['reference']}: I want it, too.", by=f"mal-{secrets.token_hex(3)}@example.test"
    )
    acknowledged(responder, other["reference"])
    told = status(porch, other).json()
    assert told["state"] == "open"
    assert "continues" not in told
    assert first["reference"] not in str(told)
