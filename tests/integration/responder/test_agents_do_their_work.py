"""Replies, claims, waiting, extensions, outcomes and steps: each is checked, each is an entry."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from tests.integration.responder.neighbours import Neighbours
from tests.integration.responder.routed_events import RoutedComplaint
from tests.integration.responder.running import RunningResponder, until

RESOLVED = {"outcome": "upheld", "root_cause": "packaging", "redress": ["spare_part"], "summary": "Sent the hinge."}


async def _opened(responder: RunningResponder) -> RoutedComplaint:
    routed = RoutedComplaint()
    await responder.feed(routed.opened())
    return routed


async def test_a_human_reply_meets_the_first_response_when_it_was_sent(
    responder: RunningResponder, neighbours: Neighbours
) -> None:
    routed = await _opened(responder)
    await responder.acknowledged(routed)
    neighbours.vendor_takes_s = 0.5
    said = await responder.post(routed, "replies", {"text": "We send the hinge today."})
    assert said.status_code == 202
    assert (await responder.clock(routed, "first_response"))["state"] == "running"

    async def met() -> bool:
        return bool((await responder.clock(routed, "first_response"))["state"] == "met")

    await until("met", met)
    assert "We send the hinge today." in neighbours.texts_to("393330000001")
    assert (await responder.kinds(routed))[-2:] == ["replied", "reply_sent"]
    shown = (await responder.complaint(routed))["messages"]
    assert [(m["text"], m["state"]) for m in shown if m["direction"] == "outbound"] == [
        ("We send the hinge today.", "sent")
    ]


async def test_a_reply_asked_for_twice_with_one_key_is_sent_once(
    responder: RunningResponder, neighbours: Neighbours
) -> None:
    routed = await _opened(responder)
    await responder.acknowledged(routed)
    url, key = f"/v1/complaints/{routed.reference}/replies", {"Idempotency-Key": "r-1"}
    answers = await asyncio.gather(*(responder.http.post(url, json={"text": "Once."}, headers=key) for _ in range(5)))
    assert {a.status_code for a in answers} == {202}
    assert len({a.json()["message_id"] for a in answers}) == 1
    other = await responder.http.post(url, json={"text": "Something else."}, headers=key)
    assert other.status_code == 422

    async def sent() -> bool:
        return "Once." in neighbours.texts_to("393330000001")

    await until("sent", sent)
    assert neighbours.texts_to("393330000001").count("Once.") == 1


async def test_replies_keep_their_order(responder: RunningResponder, neighbours: Neighbours) -> None:
    routed = await _opened(responder)
    await responder.acknowledged(routed)
    texts = [f"part {n}" for n in range(5)]
    for text in texts:
        assert (await responder.post(routed, "replies", {"text": text})).status_code == 202

    async def all_sent() -> bool:
        return len(neighbours.texts_to("393330000001")) == 6

    await until("all sent", all_sent)
    assert neighbours.texts_to("393330000001")[1:] == texts


async def test_no_resolution_without_a_root_cause(responder: RunningResponder) -> None:
    routed = await _opened(responder)
    refused = await responder.post(routed, "resolve", {"outcome": "upheld"})
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert [e["pointer"] for e in refused.json()["errors"]] == ["/root_cause"]
    assert (await responder.complaint(routed))["state"] == "open"
    done = await responder.post(routed, "resolve", RESOLVED)
    assert done.status_code == 200
    assert done.json()["state"] == "resolved"
    assert done.json()["resolution"]["root_cause"] == "packaging"


async def test_a_doubled_click_does_it_once(responder: RunningResponder) -> None:
    routed = await _opened(responder)
    answers = await asyncio.gather(*(responder.post(routed, "resolve", RESOLVED) for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [200, 409, 409, 409]
    claims = await asyncio.gather(*(responder.post(routed, "claim") for _ in range(4)))
    assert {a.status_code for a in claims} == {200}
    kinds = await responder.kinds(routed)
    assert (kinds.count("resolved"), kinds.count("claimed")) == (1, 1)


async def test_one_owner_at_any_time(responder: RunningResponder) -> None:
    routed = await _opened(responder)
    assert (await responder.post(routed, "claim", {"owner": "anna"})).json()["owner"] == "anna"
    assert (await responder.post(routed, "claim", {"owner": "bruno"})).status_code == 409
    assert (await responder.post(routed, "release")).json()["owner"] is None
    assert (await responder.post(routed, "release")).status_code == 409
    assert (await responder.post(routed, "claim")).json()["owner"] == "key:k1"


async def test_waiting_stops_the_clocks_that_may_pause_until_the_customer_writes(responder: RunningResponder) -> None:
    routed = await _opened(responder)
    until_then = (datetime.now(UTC) + timedelta(days=2)).isoformat()  # noqa: TID251 - a test's present
    waits = await responder.post(routed, "wait", {"reason": "the order number is missing", "until": until_then})
    assert waits.status_code == 200, waits.text
    assert waits.json()["state"] == "waiting_for_customer"
    assert (await responder.clock(routed, "resolve"))["state"] == "paused"
    assert (await responder.clock(routed, "first_response"))["state"] == "running"
    await responder.feed(routed.joined())
    assert (await responder.complaint(routed))["state"] == "open"
    assert (await responder.clock(routed, "resolve"))["state"] == "running"


async def test_a_date_moves_forward_only_as_far_as_the_policy_allows(responder: RunningResponder) -> None:
    routed = await _opened(responder)
    due = datetime.fromisoformat((await responder.clock(routed, "resolve"))["due_at"])
    later = (due + timedelta(days=3)).isoformat()
    moved = await responder.post(routed, "extend", {"clock": "resolve", "reason": "the supplier", "until": later})
    assert moved.status_code == 200, moved.text
    assert datetime.fromisoformat((await responder.clock(routed, "resolve"))["due_at"]) == due + timedelta(days=3)
    earlier = await responder.post(
        routed, "extend", {"clock": "resolve", "reason": "the supplier", "until": due.isoformat()}
    )
    assert (earlier.status_code, earlier.json()["errors"][0]["pointer"]) == (422, "/until")


async def test_it_opens_again_and_closes(responder: RunningResponder) -> None:
    routed = await _opened(responder)
    assert (await responder.post(routed, "close")).status_code == 409
    await responder.post(routed, "resolve", RESOLVED)
    assert (await responder.post(routed, "reopen", {"reason": "not_fixed"})).json()["state"] == "open"
    assert (await responder.clock(routed, "resolve"))["state"] == "running"
    await responder.post(routed, "resolve", RESOLVED)
    assert (await responder.post(routed, "close")).json()["state"] == "closed"
    refused = await responder.post(routed, "replies", {"text": "One more thing."})
    assert refused.status_code == 409


async def test_a_step_is_done_with_evidence_or_skipped_with_a_reason(responder: RunningResponder) -> None:
    routed = await _opened(responder)
    steps = (await responder.complaint(routed))["steps"]
    asks = next(step for step in steps if step["evidence_required"])
    url = f"/v1/complaints/{routed.reference}/steps/{asks['step']}"
    assert (await responder.http.put(url, json={"state": "done"})).json()["errors"][0]["pointer"] == "/evidence"
    done = await responder.http.put(url, json={"state": "done", "evidence": "photo 12"})
    assert done.status_code == 200
    assert next(s for s in done.json()["steps"] if s["step"] == asks["step"])["state"] == "done"
    assert (await responder.http.put(url, json={"state": "done", "evidence": "photo 12"})).status_code == 200
    assert (await responder.kinds(routed)).count("step") == 1
    unknown = await responder.http.put(f"/v1/complaints/{routed.reference}/steps/nonsense", json={"state": "done"})
    assert unknown.status_code == 404


async def test_a_transfer_keeps_the_clocks(responder: RunningResponder) -> None:
    routed = await _opened(responder)
    before = (await responder.complaint(routed))["clocks"]
    await responder.feed(routed.transferred("refunds"))
    found = await responder.complaint(routed)
    keep = ("kind", "started_at", "due_at", "at_risk_at", "policy")
    assert [{k: c[k] for k in keep} for c in found["clocks"]] == [{k: c[k] for k in keep} for c in before]
    assert found["queue"] == "refunds"
    assert [(t["from"], t["to"], t["reason"]) for t in found["transfers"]] == [("logistics", "refunds", "wrong_queue")]


async def test_who_may_not_act_is_told_so(responder: RunningResponder) -> None:
    routed = await _opened(responder)
    no_key = await responder.http.get("/v1/complaints", headers={"Authorization": ""})
    assert no_key.status_code == 401
    assert (await responder.http.get("/v1/complaints/ZZZZZZZZZ")).status_code == 404
    assert (await responder.http.get("/v1/complaints/%00")).status_code == 404
    house = {"Authorization": f"Bearer {responder.settings.service_token}"}
    shown = await responder.http.get(f"/v1/complaints/{routed.reference}?messages=none", headers=house)
    assert shown.status_code == 200
    assert "messages" not in shown.json()


async def test_while_the_router_is_away_the_complaint_is_still_shown(
    responder: RunningResponder, neighbours: Neighbours
) -> None:
    routed = await _opened(responder)
    neighbours.said[routed.reference] = [{"text": "It is late.", "received_at": "2026-11-22T08:00:00Z"}]
    shown = await responder.complaint(routed)
    assert [m["text"] for m in shown["messages"]] == ["It is late."]
    neighbours.router_is_away = True
    shown = await responder.complaint(routed)
    assert shown["messages_available"] is False
    assert [m["unavailable"] for m in shown["messages"]] == [True]
