"""`GET /v1/figures`: as JSON, as CSV, by period and group; what it refuses, and that it stops nobody else."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from deploy.api_documents import documents
from services.responder.api.figure_shapes import FiguresShape
from shared.clock import SystemClock
from tests.integration.responder.routed_events import RoutedComplaint, decided
from tests.integration.responder.running import RunningResponder


async def _some(responder: RunningResponder) -> list[RoutedComplaint]:
    now = SystemClock().now()
    complaints = [
        RoutedComplaint(
            to=f"3933301{n:05}",
            received_at=now - timedelta(hours=1 + n),
            decision=decided(queue="refunds" if n % 3 else "=1+1", language="it" if n % 2 else "en"),
        )
        for n in range(6)
    ]
    await responder.feed(*(routed.opened() for routed in complaints))
    for routed in complaints:
        await responder.acknowledged(routed)
    await responder.post(complaints[1], "claim")
    ending = {"outcome": "upheld", "root_cause": "carrier", "redress": ["apology", "voucher"]}
    assert (await responder.post(complaints[1], "resolve", ending)).status_code == 200
    return complaints


async def _asked(responder: RunningResponder, **params: Any) -> dict[str, Any]:
    answer = await responder.http.get("/v1/figures", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_what_happened_is_told_with_whose_figures_they_are(responder: RunningResponder) -> None:
    complaints = await _some(responder)
    told = await _asked(responder, by="queue")
    assert told["total"]["complaints"] == len(complaints)
    assert [group["group"] for group in told["groups"]] == [{"queue": "=1+1"}, {"queue": "refunds"}]
    assert [group["complaints"] for group in told["groups"]] == [2, 4]
    assert told["cohort"]["words"].startswith("Complaints received from ")
    assert told["cohort"]["received_until"] == told["at"]
    refunds = told["groups"][1]
    assert refunds["endings"]["redress"] == {"apology": 1, "voucher": 1}
    assert refunds["durations"]["acknowledge"]["ended"] == 4
    assert refunds["durations"]["acknowledge"]["unit"] == "minutes"
    assert refunds["durations"]["first_response"]["unanswered"] == 4
    assert refunds["within_sla"]["acknowledge"]["breached"] == 4  # they were received hours before they came here
    as_documented = FiguresShape.model_validate(told).model_dump(mode="json")
    assert as_documented["total"] == told["total"]  # nothing more, nothing less


async def test_every_figure_is_described() -> None:
    document = documents()["responder.openapi.json"]
    schemas = document["components"]["schemas"]
    names = ("Group", "Durations", "Endings", "Backlog", "Chasing", "Reopening", "Transfers", "Updates", "Kept")
    for name in names:
        assert schemas[f"{name}Shape"]["description"]
    for name, figure in schemas["DurationsShape"]["properties"].items():
        assert "description" in figure, name


async def test_they_come_as_csv_for_a_spreadsheet(responder: RunningResponder) -> None:
    await _some(responder)
    params = {"by": ["queue", "language"], "period": "month", "zone": "Europe/Rome"}
    asked = [
        await responder.http.get("/v1/figures", params=params, headers={"Accept": "text/csv, */*;q=0.1"}),
        await responder.http.get("/v1/figures", params=params | {"format": "csv"}),
    ]
    as_json = await _asked(responder, **params)
    for answer in asked:
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/csv")
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [row["complaints"] for row in rows] == [str(group["complaints"]) for group in as_json["groups"]]
        assert {row["queue"] for row in rows} == {"'=1+1", "refunds"}  # no formula
        assert {row["period"] for row in rows} <= {g["group"]["period"] for g in as_json["groups"]}
        assert sum(int(row["endings_redress_apology"]) for row in rows) == 1
        assert all(row["received_from"] and row["received_until"] and row["at"] for row in rows)
        assert {row["durations_resolve_unit"] for row in rows} == {"", "business_days"}
    total = await responder.http.get("/v1/figures", params={"format": "csv"})
    assert len(list(csv.DictReader(io.StringIO(total.text)))) == 1
    kept_json = await responder.http.get("/v1/figures", headers={"Accept": "application/json, text/csv"})
    assert kept_json.headers["content-type"] == "application/json"


async def test_a_time_is_half_open_and_values_narrow(responder: RunningResponder) -> None:
    complaints = await _some(responder)
    second = complaints[1].received_at
    until = await _asked(responder, **{"from": "2020-01-01T00:00:00Z", "to": second.isoformat()})
    since = await _asked(responder, **{"from": second.isoformat()})
    assert (until["total"]["complaints"], since["total"]["complaints"]) == (4, 2)
    assert (await _asked(responder, language="it"))["total"]["complaints"] == 3
    assert (await _asked(responder, queue="refunds", language="en"))["total"]["complaints"] == 2
    assert (await _asked(responder, queue="' OR true --"))["total"]["complaints"] == 0
    still_open = await _asked(responder, state="open")
    assert (still_open["total"]["complaints"], still_open["cohort"]["received_from"]) == (5, None)


async def test_what_cannot_be_told_is_refused_with_what_mends_it(responder: RunningResponder) -> None:
    refused: list[tuple[dict[str, Any], str]] = [
        ({"from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "query:from"),
        ({"by": ["queue", "queue"]}, "query:by"),
        ({"by": "owner"}, "query:by/0"),
        ({"period": "year"}, "query:period"),
        ({"period": "day", "zone": "Mars/Olympus"}, "query:zone"),
        ({"zone": "../../etc/passwd"}, "query:zone"),
        ({"format": "xml"}, "query:format"),
        ({"from": "yesterday"}, "query:from"),
    ]
    for params, pointer in refused:
        answer = await responder.http.get("/v1/figures", params=params)
        assert answer.status_code == 422, params
        assert answer.headers["content-type"] == "application/problem+json"
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer], params
    unknown = await responder.http.get("/v1/figures", headers={"Authorization": "Bearer nobody"})
    assert unknown.status_code == 401


async def test_a_long_question_ends_and_holds_up_nobody(responder: RunningResponder) -> None:
    [routed, *_] = await _some(responder)
    responder.assembled.parts.figures.within_s = 2
    async with responder.engine.begin() as other:
        await other.execute(text("LOCK TABLE responder.work IN ACCESS EXCLUSIVE MODE"))
        both = [asyncio.create_task(responder.http.get("/v1/figures")) for _ in range(2)]
        await asyncio.sleep(0.3)
        answers = await asyncio.gather(*both)
    for answer in answers:
        assert answer.status_code == 422
        assert "longer than the 2 seconds" in answer.json()["detail"]
        assert answer.json()["errors"][0]["pointer"] == "query:from"
    assert (await responder.http.get("/v1/figures")).status_code == 200
    assert (await responder.complaint(routed))["reference"] == routed.reference


async def test_as_many_at_once_as_may_be_and_the_next_is_told_to_wait(responder: RunningResponder) -> None:
    await _some(responder)
    responder.assembled.parts.figures.within_s = 6
    async with responder.engine.begin() as other:
        await other.execute(text("LOCK TABLE responder.work IN ACCESS EXCLUSIVE MODE"))
        several = [asyncio.create_task(responder.http.get("/v1/figures")) for _ in range(3)]
        done, _ = await asyncio.wait(several, timeout=5, return_when=asyncio.FIRST_COMPLETED)
        [first] = [task.result() for task in done]
        assert first.status_code == 503
        assert first.headers["retry-after"]
        assert "other figures" in first.json()["detail"]
    assert sorted(answer.status_code for answer in await asyncio.gather(*several)) == [200, 200, 503]
