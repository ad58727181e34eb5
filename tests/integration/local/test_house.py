"""The three services as the tests start them: a complaint goes through, and a kill -9 on its way loses nothing."""

from __future__ import annotations

import secrets

from tests.support.house import House
from tests.support.waiting import until


def _file(house: House, text: str) -> str:
    with house.client("ingest") as ingest:
        answer = ingest.post("/v1/complaints", json={"text": text}, headers={"Idempotency-Key": secrets.token_hex(8)})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["reference"])


def _reaches_the_responder(house: House, reference: str) -> bool:
    with house.client("responder") as responder:
        return responder.get(f"/v1/complaints/{reference}").status_code == 200


def test_a_complaint_taken_while_the_router_is_dead_reaches_the_responder_once_it_is_back(house: House) -> None:
    first = _file(house, "My parcel is a week late.")
    until("the first is there", lambda: _reaches_the_responder(house, first), within_s=30)
    house.kill("router")
    assert not house.is_alive("router")
    second = _file(house, "The invoice is wrong: I was charged twice.")
    assert not _reaches_the_responder(house, second)
    house.start("router")
    until("the second is there too", lambda: _reaches_the_responder(house, second), within_s=40)
