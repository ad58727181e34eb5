"""Endpoints that refuse, fail or are gone: what they miss waits, in order, and is told when they are back."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import text
from starlette.responses import Response

from tests.integration.responder.endpoints import Endpoints
from tests.integration.responder.routed_events import RoutedComplaint
from tests.integration.responder.running import RunningResponder, until
from tests.integration.responder.telling import notifications, settled, state, subscribed, told, true


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
    await until("again", lambda: true(len(others.heard["crm"]) == len(before) + 1))
    await settled(responder, name)
    span = {"from": (routed.received_at - timedelta(minutes=1)).isoformat(), "to": "2100-01-01T00:00:00Z"}
    answer = await responder.http.post(f"/v1/webhooks/{name}/replay", json=span)
    assert answer.json() == {"notifications": len(before)}
    await until("all again", lambda: true(len(others.heard["crm"]) == 2 * len(before) + 1))
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
