"""What an agent does is an event for the rest of the house, in codes and times."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from shared.contracts.progress import ComplaintProgress
from tests.integration.responder.routed_events import RoutedComplaint
from tests.integration.responder.running import RunningResponder, until

RESOLVED = {"outcome": "upheld", "root_cause": "packaging", "redress": ["spare_part"], "summary": "Sent the hinge."}


async def test_whatever_an_agent_does_is_told_to_the_others(responder: RunningResponder) -> None:
    routed = RoutedComplaint()
    await responder.feed(routed.opened())
    await responder.acknowledged(routed)
    steps = (await responder.complaint(routed))["steps"]
    asks = next(step for step in steps if step["evidence_required"])
    due = datetime.fromisoformat((await responder.clock(routed, "resolve"))["due_at"])
    deeds: list[tuple[str, dict[str, Any] | None]] = [
        ("claim", None),
        ("release", None),
        ("extend", {"clock": "resolve", "reason": "the supplier", "until": (due + timedelta(days=3)).isoformat()}),
        ("wait", {"reason": "the number", "until": (due - timedelta(days=5)).isoformat()}),
        ("resume", {"reason": "found it"}),
        ("replies", {"text": "We are at it."}),
        ("resolve", RESOLVED),
        ("reopen", {"reason": "not_fixed"}),
        ("resolve", RESOLVED),
    ]
    url = f"/v1/complaints/{routed.reference}/steps/{asks['step']}"
    assert (await responder.http.put(url, json={"state": "done", "evidence": "photo 12"})).is_success
    for deed, body in deeds:
        answer = await responder.post(routed, deed, body)
        assert answer.is_success, (deed, answer.text)

    async def all_told() -> bool:
        return {"acknowledged", "replied"} <= set(await _told(responder))

    await until("sent", all_told)
    assert (await responder.post(routed, "close")).is_success
    told = await _told(responder)
    wanted = {"claimed", "released", "extended", "waiting", "resolved", "reopened", "step", "closed"}
    assert wanted <= set(told)
    assert (told.count("resolved"), told.count("claimed")) == (2, 1)


async def _told(responder: RunningResponder) -> list[str]:
    rows = await responder.rows("SELECT body FROM responder.outbox ORDER BY seq")
    return [msgspec.json.decode(row.body, type=ComplaintProgress).kind for row in rows]
