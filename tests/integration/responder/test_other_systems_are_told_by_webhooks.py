"""Other systems hear what happens to complaints: signed, in order, each event once, whatever the endpoints do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
import pytest
from sqlalchemy import text
from starlette.responses import Response

from services.responder.domain.webhook_bodies import TYPES
from shared.channel.errors import DeliveryForged
from tests.integration.responder.endpoints import SECRET, Endpoints, endpoints
from tests.integration.responder.routed_events import RoutedComplaint, decided
from tests.integration.responder.running import RunningResponder, until

RESOLVED = {"outcome": "upheld", "root_cause": "packaging", "redress": ["spare_part"], "summary": "Sent the hinge."}


@pytest.fixture
async def others() -> AsyncIterator[Endpoints]:
    """The endpoints of other systems."""
    async with endpoints() as found:
        yield found


async def subscribed(responder: RunningResponder, others: Endpoints, name: str = "crm", **other: Any) -> dict[str, Any]:
    """Return a new subscription."""
    asked = {"url": f"{others.url}/{name}", "title": name, "secret": SECRET} | other
    answer = await responder.http.post("/v1/webhooks", json=asked)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def told(others: Endpoints, name: str, *types: str) -> None:
    """Wait until an endpoint was told all of these."""

    async def probe() -> bool:
        return set(types) <= set(others.types(name))

    await until(f"{types} at {name}", probe)


async def settled(responder: RunningResponder, subscription: str) -> None:
    """Wait until nothing is on its way to a subscription."""

    async def probe() -> bool:
        return not (await state(responder, subscription))["waiting"]

    await until("nothing waits", probe)


async def state(responder: RunningResponder, subscription: str) -> dict[str, Any]:
    """Return a subscription as it is shown."""
    found: dict[str, Any] = (await responder.http.get(f"/v1/webhooks/{subscription}")).json()
    return found


async def notifications(responder: RunningResponder, subscription: str, **sought: str) -> list[dict[str, Any]]:
    """Return what was told to a subscription, in the order of its complaints."""
    answer = await responder.http.get(f"/v1/webhooks/{subscription}/notifications", params=sought)
    assert answer.is_success, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return sorted(found, key=lambda one: one["sequence"])


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


async def test_a_refused_event_comes_again_under_its_id_and_holds_back_its_complaint_alone(
    responder: RunningResponder, others: Endpoints
) -> None:
    made = await subscribed(responder, others)
    stubborn, other = RoutedComplaint(to=None), RoutedComplaint(to=None)
    refused: list[str] = []

    def answer(heard: Any) -> Response:
        if heard.data["complaint"]["reference"] == stubborn.reference and len(refused) < 2:
            refused.append(heard.id)
            return Response(status_code=500, content="no\x00 <b>idea</b>")
        return Response(status_code=200)

    others.answers["crm"] = answer
    await responder.feed(stubborn.opened(), other.opened())
    for routed in (stubborn, other):
        assert (await responder.post(routed, "claim")).is_success
    await told(others, "crm", "complaint.claimed")
    assert {h.data["complaint"]["reference"] for h in others.heard["crm"] if h.type == "complaint.claimed"} == {
        other.reference
    }
    first = await notifications(responder, made["subscription_id"], reference=stubborn.reference)
    assert len(refused) == 1  # that the other one went through is no reason to try again at once
    assert [n["type"] for n in first] == ["complaint.opened", "complaint.acknowledgement_withheld", "complaint.claimed"]
    url = f"/v1/webhooks/{made['subscription_id']}"

    async def recorded(many: int) -> bool:
        tries = (await responder.http.get(f"{url}/notifications/{refused[0]}")).json()["tries"]
        return len(tries) == len(refused) == many

    for many in (1, 2):  # rests are 5 s and 30; who resumes does not wait for them
        await until("tried and recorded", partial(recorded, many))
        await responder.http.post(f"{url}/resume")
    await settled(responder, made["subscription_id"])
    of_stubborn = [h for h in others.heard["crm"] if h.data["complaint"]["reference"] == stubborn.reference]
    assert [h.type for h in of_stubborn] == ["complaint.opened"] * 2 + [n["type"] for n in first]
    assert {h.id for h in of_stubborn[:3]} == set(refused)
    detail = (
        await responder.http.get(f"/v1/webhooks/{made['subscription_id']}/notifications/{of_stubborn[0].id}")
    ).json()
    assert [(t["outcome"], t["status"]) for t in detail["tries"]] == [("failed", 500)] * 2 + [("delivered", 200)]
    assert detail["tries"][0]["answer"] == "no\ufffd <b>idea</b>"
    assert detail["body"] == of_stubborn[0].fields


async def _true(value: bool) -> bool:
    return value


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


async def test_what_was_told_can_be_told_again_one_or_a_stretch(responder: RunningResponder, others: Endpoints) -> None:
    made = await subscribed(responder, others)
    name = made["subscription_id"]
    routed = RoutedComplaint(to=None)
    await responder.feed(routed.opened())
    assert (await responder.post(routed, "claim")).is_success
    await told(others, "crm", "complaint.claimed")
    await settled(responder, name)
    before = [h.id for h in others.heard["crm"]]
    one = await responder.http.post(f"/v1/webhooks/{name}/notifications/{before[0]}/replay")
    assert one.status_code == 202, one.text
    await until("again", lambda: _true(len(others.heard["crm"]) == len(before) + 1))
    await settled(responder, name)
    span = {"from": (routed.received_at - timedelta(minutes=1)).isoformat(), "to": "2100-01-01T00:00:00Z"}
    answer = await responder.http.post(f"/v1/webhooks/{name}/replay", json=span)
    assert answer.json() == {"notifications": len(before)}
    await until("all again", lambda: _true(len(others.heard["crm"]) == 2 * len(before) + 1))
    assert [h.id for h in others.heard["crm"]] == [*before, before[0], *before]
    span["to"] = span["from"]
    assert (await responder.http.post(f"/v1/webhooks/{name}/replay", json=span)).json() == {"notifications": 0}


async def test_what_happens_while_it_is_paused_is_told_when_it_goes_on(
    responder: RunningResponder, others: Endpoints
) -> None:
    made = await subscribed(responder, others)
    url = f"/v1/webhooks/{made['subscription_id']}"
    paused = (await responder.http.post(f"{url}/pause", json={"reason": "we move house"})).json()
    assert (paused["state"], paused["paused"]["reason"], paused["paused"]["detail"]) == (
        "paused", "manual", "we move house",
    )  # fmt: skip
    complaints = [RoutedComplaint(to=None) for _ in range(3)]
    await responder.feed(*(c.opened() for c in complaints))

    async def waits() -> bool:
        return bool((await state(responder, made["subscription_id"]))["waiting"] >= 3)

    await until("kept", waits)
    assert others.types("crm") == []
    assert (await responder.http.post(f"{url}/resume")).json()["state"] == "active"
    await settled(responder, made["subscription_id"])
    assert others.types("crm").count("complaint.opened") == 3


async def test_gone_pauses_at_once_and_the_others_who_ask_are_told(
    responder: RunningResponder, others: Endpoints
) -> None:
    others.answers["left"] = lambda _: Response(status_code=410)
    made = await subscribed(responder, others, "left")
    await subscribed(responder, others, "watch", events=["webhook.subscription_paused"])
    await subscribed(responder, others, "everything")
    await responder.feed(RoutedComplaint(to=None).opened())
    await told(others, "watch", "webhook.subscription_paused")
    notice = others.heard["watch"][0]
    notice.verify()
    assert (notice.data["subscription_id"], notice.data["reason"]) == (made["subscription_id"], "gone")
    shown = await state(responder, made["subscription_id"])
    assert (shown["state"], shown["paused"]["reason"]) == ("paused", "gone")
    assert shown["waiting"] >= 1  # nothing is dropped
    assert len(others.heard["left"]) == 1
    assert "webhook.subscription_paused" not in others.types("everything")
    del others.answers["left"]
    assert (await responder.http.post(f"/v1/webhooks/{made['subscription_id']}/resume")).is_success
    await settled(responder, made["subscription_id"])


async def test_three_days_without_a_yes_pause_it_and_a_single_one_that_is_not_wanted_fails(
    responder: RunningResponder, others: Endpoints
) -> None:
    others.answers["down"] = others.answers["picky"] = lambda _: Response(status_code=500)
    down, picky = await subscribed(responder, others, "down"), await subscribed(responder, others, "picky")
    await responder.feed(RoutedComplaint(to=None).opened())
    for name in ("down", "picky"):
        await told(others, name, "complaint.opened")

    async def failed() -> bool:
        return all([(await state(responder, s["subscription_id"]))["health"]["failures"] for s in (down, picky)])

    await until("recorded", failed)
    # Three days pass: the picky one took another event meanwhile, the one that is down took none.
    async with responder.engine.begin() as connection:
        await connection.execute(
            text(
                "UPDATE responder.webhook_notifications SET first_tried_at = first_tried_at - interval '73 hours',"
                " ready_at = now()"
            )
        )
        await connection.execute(
            text(
                "UPDATE responder.webhook_subscriptions SET last_success_at = now() - interval '1 hour'"
                " WHERE title = 'picky'"
            )
        )

    async def decided_on() -> bool:
        shown = await state(responder, picky["subscription_id"])
        return bool(shown["failed"] and (await state(responder, down["subscription_id"]))["state"] == "paused")

    await until("given up or paused", decided_on)
    shown = await state(responder, down["subscription_id"])
    assert (shown["paused"]["reason"], shown["paused"]["detail"]) == ("failing", "status_500")
    assert (shown["waiting"] > 0, shown["failed"]) == (True, 0)
    assert (await state(responder, picky["subscription_id"]))["state"] == "active"
    given_up = await notifications(responder, picky["subscription_id"], state="failed")
    assert [n["cause"] for n in given_up] == ["status_500"]
    others.answers.clear()
    assert (await responder.http.post(f"/v1/webhooks/{down['subscription_id']}/resume")).is_success
    again = f"/v1/webhooks/{picky['subscription_id']}/notifications/{given_up[0]['webhook_id']}/replay"
    assert (await responder.http.post(again)).status_code == 202
    for one in (down, picky):
        await settled(responder, one["subscription_id"])
    assert (await state(responder, picky["subscription_id"]))["failed"] == 0


async def test_retry_after_is_kept_to_for_the_whole_endpoint(responder: RunningResponder, others: Endpoints) -> None:
    others.answers["crm"] = lambda _: Response(status_code=429, headers={"Retry-After": "3600"})
    made = await subscribed(responder, others)
    await responder.feed(RoutedComplaint(to=None).opened())
    await told(others, "crm", "complaint.opened")

    async def rests() -> bool:
        return bool((await state(responder, made["subscription_id"]))["health"]["rests_until"])

    await until("rests", rests)
    await responder.feed(RoutedComplaint(to=None).opened())

    async def kept() -> bool:
        return bool((await state(responder, made["subscription_id"]))["waiting"] >= 2)

    await until("kept", kept)
    assert len(others.heard["crm"]) == 1


async def test_a_redirect_is_not_followed(responder: RunningResponder, others: Endpoints) -> None:
    others.answers["crm"] = lambda _: Response(status_code=307, headers={"Location": f"{others.url}/inside"})
    made = await subscribed(responder, others)
    tested = (await responder.http.post(f"/v1/webhooks/{made['subscription_id']}/test")).json()
    assert (tested["works"], tested["status"]) == (False, 307)
    assert "redirects" in tested["words"]
    assert others.heard["inside"] == []


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
