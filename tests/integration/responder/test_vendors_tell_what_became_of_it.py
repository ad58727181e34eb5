"""Receipts: each is recorded once, also one that comes before we know of what it speaks."""

from __future__ import annotations

from tests.integration.responder.neighbours import Neighbours
from tests.integration.responder.routed_events import RoutedComplaint
from tests.integration.responder.running import RunningResponder, until


async def _opened(responder: RunningResponder) -> RoutedComplaint:
    routed = RoutedComplaint()
    await responder.feed(routed.opened())
    return routed


async def test_receipts_of_the_vendor_are_noted_once(responder: RunningResponder) -> None:
    routed = await _opened(responder)
    await responder.acknowledged(routed)
    (name,) = await responder.rows("SELECT provider_message_id AS id FROM responder.outbound")
    receipt = {"account": "wa", "provider_message_id": name.id, "state": "delivered", "at": None, "detail": None}
    house = {"Authorization": f"Bearer {responder.settings.service_token}"}
    for _ in range(2):
        told = await responder.http.post(
            "/internal/receipts",
            json={"items": [receipt, receipt | {"provider_message_id": "another"}]},
            headers=house,
        )
        assert told.json() == {"told": 2, "known": 1}
    assert (await responder.complaint(routed))["acknowledgement"]["state"] == "delivered"
    assert (await responder.kinds(routed)).count("acknowledgement_delivered") == 1
    outsider = await responder.http.post("/internal/receipts", json={"items": []})
    assert outsider.status_code == 404


async def test_a_receipt_that_overtakes_its_message_is_asked_for_again(
    responder: RunningResponder, neighbours: Neighbours
) -> None:
    sent, routed = await _opened(responder), RoutedComplaint(to="393330000002")
    await responder.acknowledged(sent)
    (name,) = await responder.rows("SELECT provider_message_id AS id FROM responder.outbound")
    neighbours.vendor_takes_s = 1.0
    await responder.feed(routed.opened())

    async def at_the_vendor() -> bool:
        return len(neighbours.sent) == 2

    await until("at the vendor", at_the_vendor)
    house = {"Authorization": f"Bearer {responder.settings.service_token}"}
    known, early = (
        {"account": "wa", "provider_message_id": which, "state": "delivered"} for which in (name.id, "soon")
    )
    told = await responder.http.post("/internal/receipts", json={"items": [early, known]}, headers=house)
    assert (told.status_code, int(told.headers["retry-after"]) > 0) == (503, True)
    assert (await responder.complaint(sent))["acknowledgement"]["state"] == "delivered", "the others are recorded"
    old = early | {"at": "2026-01-01T00:00:00Z"}
    told = await responder.http.post("/internal/receipts", json={"items": [old, known]}, headers=house)
    assert told.json() == {"told": 2, "known": 1}, "what is old speaks of nothing of ours"
    await responder.acknowledged(routed)
    told = await responder.http.post("/internal/receipts", json={"items": [early]}, headers=house)
    assert told.json() == {"told": 1, "known": 0}, "nothing is being sent any more"
