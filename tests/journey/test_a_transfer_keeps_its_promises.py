"""Another desk takes over: the customer's dates stay what they were."""

from __future__ import annotations

import secrets
from typing import Any

import httpx

from tests.journey.asking import acknowledged, whole
from tests.journey.doors import COMPLAINT, Porch
from tests.support.waiting import until


def test_a_transfer_moves_no_date(porch: Porch, responder: httpx.Client, router: httpx.Client) -> None:
    body = {"text": COMPLAINT, "contact": {"email": f"tina-{secrets.token_hex(3)}@example.test"}}
    filed = porch.ingest.post("/v1/complaints", json=body, headers={"Idempotency-Key": secrets.token_hex(8)}).json()
    before = acknowledged(responder, filed["reference"])
    queue = "accounting" if before["queue"] != "accounting" else "refunds"
    path = f"/v1/complaints/{filed['reference']}/transfer"
    assert router.post(path, json={"queue": queue, "reason": "wrong desk"}).status_code == 200
    until("moved", lambda: whole(responder, filed["reference"])["queue"] == queue, within_s=30)
    after = whole(responder, filed["reference"])
    assert _promises(after) == _promises(before)
    assert (after["policy"], after["playbook"]) == (before["policy"], before["playbook"])
    assert len(after["transfers"]) == 1
    assert [t["to_queue"] for t in whole(router, filed["reference"])["transfers"]] == [queue]


def _promises(shown: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    return {c["kind"]: (c["started_at"], c["due_at"], c["state"]) for c in shown["clocks"]}
