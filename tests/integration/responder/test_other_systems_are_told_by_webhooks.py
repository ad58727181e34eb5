"""Other systems hear what happens to complaints: signed, in order, each event once, and no more than they asked for."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import text

from services.responder.domain.webhook_bodies import TYPES
from shared.channel.errors import DeliveryForged
from tests.integration.responder.endpoints import SECRET, Endpoints
from tests.integration.responder.routed_events import RoutedComplaint, decided
from tests.integration.responder.running import RunningResponder
from tests.integration.responder.telling import settled, state, subscribed, told

RESOLVED = {"outcome": "upheld", "root_cause": "packaging", "redress": ["spare_part"], "summary": "Sent the hinge."}


async def test_a_whole_life_is_told_in_order_signed_and_as_documented(
    responder: RunningResponder, others: Endpoints
) -> None:
    made = await subscribed(responder, others)
    assert made["secret"] is None  # the caller has it
    routed = RoutedComplaint()
    await responder.feed(routed.opened())
    await responder.acknowledged(routed)
    for change in (routed.transferred("billing"), routed.recategorised("billing"), routed.joined()):
        await responder.feed(change)
    for deed, body in (("claim", None), ("replies", {"text": "At it."}), ("resolve", RESOLVED), ("close", None)):
        assert (await responder.post(routed, deed, body)).is_success
    assert (await responder.post(routed, "reopen", {"reason": "not_fixed"})).is_success
    await told(others, "crm", "complaint.reopened", "complaint.replied")
    await settled(responder, made["subscription_id"])
    for heard in others.heard["crm"]:
        heard.verify()
        with pytest.raises(DeliveryForged):
            heard.verify("whsec_" + "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJC")
    ledger = [entry for entry in await responder.timeline(routed) if entry["kind"] in TYPES]
    assert [h.data["sequence"] for h in others.heard["crm"]] == [entry["seq"] for entry in ledger]
    assert others.types("crm") == [TYPES[entry["kind"]] for entry in ledger]
    assert len({h.id for h in others.heard["crm"]}) == len(ledger)
    resolved = next(h for h in others.heard["crm"] if h.type == "complaint.resolved")
    assert resolved.data["complaint"]["state"] == "resolved"
    assert resolved.data["details"] == {
        "outcome": "upheld", "root_cause": "packaging", "redress": ["spare_part"],
    }  # fmt: skip
    # The complaint is what the API shows, field by field, but for what people wrote.
    shown = await responder.complaint(routed)
    last = others.heard["crm"][-1].data["complaint"]
    for name in last.keys() - {"decision", "clocks", "steps", "acknowledgement"}:
        assert last[name] == shown[name], name
    for ours, theirs in zip(last["clocks"], shown["clocks"], strict=True):
        assert ours == {name: value for name, value in theirs.items() if name != "consumed_seconds"}


async def test_nothing_that_people_wrote_is_told_unless_it_is_asked_for(
    responder: RunningResponder, others: Endpoints
) -> None:
    await subscribed(responder, others, "codes")
    await subscribed(responder, others, "words", narrative=True)
    routed = RoutedComplaint(outcome_sought="the blue one, for Anna")
    await responder.feed(routed.opened())
    await responder.acknowledged(routed)
    for deed, body in (
        ("wait", {"reason": "Anna looks for it", "until": (routed.received_at + timedelta(days=1)).isoformat()}),
        ("replies", {"text": "Dear Anna"}),
        ("resolve", RESOLVED | {"summary": "Anna is happy"}),
    ):
        assert (await responder.post(routed, deed, body)).is_success
    for name in ("codes", "words"):
        await told(others, name, "complaint.resolved", "complaint.replied")
    assert not [h for h in others.heard["codes"] if b"Anna" in h.body or b"39333" in h.body or "narrative" in h.data]
    narrated = {h.type: h.data["narrative"] for h in others.heard["words"]}
    assert narrated["complaint.resolved"] == {"summary": "Anna is happy"}
    assert narrated["complaint.waiting"] == {"reason": "Anna looks for it"}
    assert narrated["complaint.replied"] == {"text": "Dear Anna"}
    assert routed.reference in narrated["complaint.acknowledged"]["text"]
    # The customer's own words stay, but where our letter repeats what they ask for.
    assert [h.type for h in others.heard["words"] if b"the blue one" in h.body] == ["complaint.acknowledged"]


async def test_a_subscription_hears_what_it_asked_for_and_no_more(
    responder: RunningResponder, others: Endpoints
) -> None:
    await subscribed(responder, others, "logistics", filters={"queue": ["logistics"], "severity": ["S3", "S2"]})
    await subscribed(responder, others, "endings", events=["complaint.resolved"])
    await subscribed(responder, others, "elsewhere", filters={"account": ["shop"]})
    routed, grave = RoutedComplaint(), RoutedComplaint(to="393330000002", decision=decided(severity="S1"))
    await responder.feed(routed.opened(), grave.opened())
    await responder.acknowledged(routed)
    await responder.feed(routed.transferred("billing"))
    assert (await responder.post(routed, "claim")).is_success
    assert (await responder.post(routed, "resolve", RESOLVED)).is_success
    await told(others, "endings", "complaint.resolved")
    # The queue that loses it is told of that, and of nothing afterwards.
    assert others.types("logistics") == ["complaint.opened", "complaint.acknowledged", "complaint.transferred"]
    assert others.types("endings") == ["complaint.resolved"]
    assert others.types("elsewhere") == []


async def test_clocks_that_fire_are_told(responder: RunningResponder, others: Endpoints) -> None:
    await subscribed(responder, others, events=["complaint.at_risk", "complaint.breached"])
    routed = RoutedComplaint(to=None)
    routed.received_at -= timedelta(days=60)
    await responder.feed(routed.opened())
    await told(others, "crm", "complaint.at_risk", "complaint.breached")
    breach = next(h for h in others.heard["crm"] if h.type == "complaint.breached")
    clock = next(c for c in breach.data["complaint"]["clocks"] if c["kind"] == breach.data["details"]["clock"])
    assert clock["state"] == "breached"
    assert breach.fields["timestamp"] == clock["due_at"]


async def test_two_secrets_sign_while_one_is_rotated(responder: RunningResponder, others: Endpoints) -> None:
    answer = await responder.http.post("/v1/webhooks", json={"url": f"{others.url}/crm", "title": "crm"})
    made = answer.json()
    first, url = made["secret"], f"/v1/webhooks/{made['subscription_id']}"
    assert first.startswith("whsec_")
    assert "secret" not in (await responder.http.get(url)).json()
    rotated = (await responder.http.post(f"{url}/rotate", json={"overlap_seconds": 600})).json()
    second = rotated["secret"]
    assert second != first
    assert (await state(responder, made["subscription_id"]))["previous_secret_until"]
    await responder.feed(RoutedComplaint(to=None).opened())
    await told(others, "crm", "complaint.opened")
    heard = others.heard["crm"][0]
    assert len(heard.headers["webhook-signature"].split()) == 2
    heard.verify(first)
    heard.verify(second)
    assert (await responder.http.post(f"{url}/rotate", json={"overlap_seconds": 0, "secret": SECRET})).json() == {
        "secret": None,
        "previous_secret_until": None,
    }
    assert (await responder.http.post(f"{url}/test")).json()["works"]
    heard = others.heard["crm"][-1]
    heard.verify(SECRET)
    for gone in (first, second):
        with pytest.raises(DeliveryForged):
            heard.verify(gone)
    rows = await responder.rows("SELECT sealed_secrets FROM responder.webhook_subscriptions")
    assert not [secret for secret in (first, second, SECRET) if secret.encode() in bytes(rows[0][0])]


async def test_an_event_is_kept_in_the_transaction_of_what_happened(
    responder: RunningResponder, others: Endpoints
) -> None:
    made = await subscribed(responder, others)
    await responder.http.post(f"/v1/webhooks/{made['subscription_id']}/pause")
    routed = RoutedComplaint(to=None)
    await responder.feed(routed.opened())
    refused = await responder.post(routed, "close")
    assert refused.status_code == 409
    assert (await responder.post(routed, "claim")).is_success
    ledger = [e["seq"] for e in await responder.timeline(routed) if e["kind"] in TYPES]
    rows = await responder.rows("SELECT sequence, body FROM responder.webhook_events ORDER BY number")
    assert [row.sequence for row in rows] == ledger
    assert all(msgspec.json.decode(row.body)["data"]["sequence"] == row.sequence for row in rows)
    async with responder.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE responder.webhook_events RENAME TO elsewhere"))
    # Without a place for the event, what it tells of does not happen either.
    assert (await responder.post(routed, "release")).status_code == 500
    assert "released" not in await responder.kinds(routed)
