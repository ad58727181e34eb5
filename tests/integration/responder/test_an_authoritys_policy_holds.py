"""Complaints under the law: how sure it is is shown, its pauses and extensions hold, what happens elsewhere is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integration.responder.routed_events import RoutedComplaint, decided
from tests.integration.responder.running import RunningResponder, until


async def _opened(responder: RunningResponder, policy: str) -> RoutedComplaint:
    routed = RoutedComplaint(decision=decided(policy=policy))
    await responder.feed(routed.opened())
    return routed


def _ahead(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()  # noqa: TID251 - a test's present


async def test_what_is_from_memory_says_so_and_the_letter_has_whom_to_name(responder: RunningResponder) -> None:
    routed = await _opened(responder, "eu.gdpr.dsr")
    shown = await responder.complaint(routed)
    assert {c["kind"]: c["unverified"] for c in shown["clocks"]} == {
        "acknowledge": False, "first_response": False, "next_update": False, "resolve": True,
    }  # fmt: skip
    assert (shown["terms"]["evidence"], shown["terms"]["unverified"]) == ("M", True)
    bank = (await responder.complaint(await _opened(responder, "uk.fca.disp1.general")))["terms"]
    assert bank["letter"] == "summary_resolution"
    assert (bank["escalation"]["body"], bank["escalation"]["within"]) == ("Financial Ombudsman Service", "P6M")


async def test_a_clock_that_the_acknowledgement_starts_is_promised_in_it(responder: RunningResponder) -> None:
    routed = await _opened(responder, "uk.lgo.code.stage2")
    await responder.acknowledged(routed)
    clock = await responder.clock(routed, "resolve")
    assert (clock["state"], clock["unverified"]) == ("running", True)


async def test_the_law_pauses_on_its_own_ground_only(responder: RunningResponder) -> None:
    routed = await _opened(responder, "it.insurance.ivass")
    refused = await responder.post(routed, "wait", {"reason": "r", "until": _ahead(3), "ground": "holidays"})
    assert refused.status_code == 422
    assert "hearing_of_intermediary" in refused.json()["errors"][0]["detail"]
    assert (await responder.post(routed, "wait", {"reason": "papers", "until": _ahead(3)})).status_code == 200
    assert (await responder.clock(routed, "resolve"))["state"] == "running"
    assert (await responder.post(routed, "resume")).status_code == 200
    heard = {"reason": "the agent is heard", "until": _ahead(3), "ground": "hearing_of_intermediary"}
    assert (await responder.post(routed, "wait", heard)).status_code == 200
    assert (await responder.clock(routed, "resolve"))["state"] == "paused"


async def test_an_extension_waits_for_the_holding_reply(responder: RunningResponder) -> None:
    routed = await _opened(responder, "it.bank.payment")
    due = datetime.fromisoformat((await responder.clock(routed, "resolve"))["due_at"])
    moved = {"clock": "resolve", "reason": "papers abroad", "until": (due + timedelta(days=5)).isoformat()}
    refused = await responder.post(routed, "extend", moved)
    assert (refused.status_code, "holding reply" in refused.json()["detail"]) == (409, True)
    await responder.post(routed, "replies", {"text": "We need the papers of the other bank; you hear by the 30th."})

    async def sent() -> bool:
        return bool((await responder.clock(routed, "first_response"))["state"] == "met")

    await until("the holding reply left", sent)
    assert (await responder.post(routed, "extend", moved)).status_code == 200


async def test_what_happened_elsewhere_is_told_once_and_starts_its_clock(responder: RunningResponder) -> None:
    routed = await _opened(responder, "us.cfpb.portal")
    sent = {"what": "sent_to_company", "at": _ahead(-2)}
    told: dict[str, Any] = (await responder.post(routed, "happened", sent)).json()
    clock = next(clock for clock in told["clocks"] if clock["kind"] == "final_response")
    assert (clock["state"], clock["allowance"]) == ("running", "P15D")
    assert (await responder.post(routed, "happened", sent)).status_code == 409
    ahead = await responder.post(routed, "happened", {"what": "sent_to_company", "at": _ahead(1)})
    assert [error["pointer"] for error in ahead.json()["errors"]] == ["/at"]
    other = await responder.post(routed, "happened", {"what": "forwarded"})
    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "/what")
    assert (await responder.post(routed, "happened", {"what": "eclipse"})).status_code == 422
    assert (await responder.kinds(routed)).count("told") == 1


async def test_a_due_date_is_explained_from_its_ledger(responder: RunningResponder) -> None:
    routed = await _opened(responder, "it.insurance.ivass")
    heard = {"reason": "the agent is heard", "until": _ahead(3), "ground": "hearing_of_intermediary"}
    await responder.post(routed, "wait", heard)
    clock = await responder.clock(routed, "resolve")
    told = (await responder.http.get(f"/v1/complaints/{routed.reference}/clocks/resolve/explain")).json()
    assert (told["due_at"], told["state"], told["zone"]) == (clock["due_at"], "paused", "Europe/Rome")
    ends = [told["started_at"], *(one["ends_at"] for one in told["intervals"])]
    assert ends == [*(one["begins_at"] for one in told["intervals"]), told["due_at"]]
    assert (told["counted_days"], told["evidence_says"]) == (45, "from a secondary source")
    assert told["holiday_sets"][0]["country"] == "IT"
    assert any("is not counted" in reason for reason in told["reasons"])


async def test_a_clock_that_is_not_there_is_told_with_those_that_are(responder: RunningResponder) -> None:
    routed = await _opened(responder, "us.cfpb.portal")
    url = f"/v1/complaints/{routed.reference}/clocks/final_response/explain"
    answer = await responder.http.get(url)
    assert answer.status_code == 404
    assert "it has acknowledge, first_response, next_update, resolve" in answer.json()["detail"]
    assert (await responder.http.get("/v1/complaints/HJKMNPQ23/clocks/resolve/explain")).status_code == 404
    bare = await responder.http.get(url, headers={"Authorization": "Bearer nobody"})
    assert bare.status_code == 401
