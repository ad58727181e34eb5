"""The work list in order of due dates, and the figures of the queues, live."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx

from services.responder.store.tables import metadata
from shared.clock import SystemClock
from shared.migrations import differences
from shared.web.lists import Cursor
from tests.integration.responder.neighbours import API_KEY, serving
from tests.integration.responder.routed_events import RoutedComplaint, decided
from tests.integration.responder.running import RunningResponder

KEY = {"Authorization": f"Bearer {API_KEY}"}


async def _many(responder: RunningResponder, count: int) -> list[RoutedComplaint]:
    now = SystemClock().now()
    complaints = [
        RoutedComplaint(
            to=f"3933300{n:05}",
            account="wa" if n % 2 else "wb",
            received_at=now - timedelta(minutes=n),
            decision=decided(queue="refunds" if n % 3 else "logistics"),
        )
        for n in range(count)
    ]
    responder.neighbours.connect_whatsapp("wb")
    await responder.feed(*(routed.opened() for routed in complaints))
    return complaints


async def test_the_list_goes_through_its_pages_earliest_due_first(responder: RunningResponder) -> None:
    complaints = await _many(responder, 25)
    for routed in complaints:
        await responder.acknowledged(routed)
    seen, cursor = [], None
    while True:
        params = {"limit": 4} | ({"cursor": cursor} if cursor else {})
        page = (await responder.http.get("/v1/complaints", params=params)).json()
        seen += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        if len(seen) == 8:
            await responder.feed(
                RoutedComplaint(to="393339999999", decision=decided(policy="business.default")).opened()
            )
    references = [item["reference"] for item in seen]
    assert len(references) == len(set(references))
    assert {routed.reference for routed in complaints} <= set(references)
    dues = [item["due_at"] for item in seen]
    assert dues == sorted(dues)


async def test_the_list_is_filtered(responder: RunningResponder) -> None:
    complaints = await _many(responder, 9)
    await responder.post(complaints[0], "claim", {"owner": "anna"})
    await responder.post(complaints[1], "resolve", {"outcome": "upheld", "root_cause": "carrier"})

    async def listed(**params: str) -> set[str]:
        answer = await responder.http.get("/v1/complaints", params=params)
        assert answer.status_code == 200, answer.text
        return {item["reference"] for item in answer.json()["items"]}

    refunds = {c.reference for c in complaints if c.decision.queue == "refunds"}
    assert await listed(queue="refunds") == refunds
    assert await listed(account="wb") == {c.reference for c in complaints if c.account == "wb"}
    assert await listed(owner="anna") == {complaints[0].reference}
    assert await listed(owner="none") == {c.reference for c in complaints[1:]}
    assert await listed(state="resolved") == {complaints[1].reference}
    assert await listed(due_before="2020-01-01T00:00:00Z") == set()


async def test_bad_parameters_are_named(responder: RunningResponder) -> None:
    for params in ({"limit": 501}, {"state": "lost"}, {"cursor": "e30"}, {"cursor": "x"}, {"due_before": "yesterday"}):
        answer = await responder.http.get("/v1/complaints", params=params)
        assert answer.status_code == 422, params
        assert answer.headers["content-type"] == "application/problem+json"
    for place in ({"due_at": "0001-01-01T00:00:00+14:00"}, {"due_at": "2026-01-01T00:00:00"}, {"due_at": 5}):
        forged = Cursor.encode(place | {"id": "4cb10ad8-d16a-4bea-96bf-e7aa03eb16d9"})
        answer = await responder.http.get("/v1/complaints", params={"cursor": forged})
        assert answer.status_code == 422, place
    odd = await responder.http.get("/v1/complaints", params={"queue": "\x00'; --"})
    assert (odd.status_code, odd.json()["items"]) == (200, [])


async def test_every_queue_of_the_rulebook_has_its_figures(responder: RunningResponder) -> None:
    complaints = await _many(responder, 6)
    for routed in complaints:
        await responder.acknowledged(routed)
    await responder.post(complaints[1], "resolve", {"outcome": "upheld", "root_cause": "carrier"})
    health = (await responder.http.get("/v1/queue-health")).json()
    queues = {queue["queue"]: queue for queue in health["queues"]}
    assert set(responder.assembled.parts.desk.promises.queues) == set(queues)
    refunds, logistics, empty = queues["refunds"], queues["logistics"], queues["triage"]
    assert (refunds["open"], refunds["unassigned"], logistics["open"]) == (3, 3, 2)
    assert (refunds["arrivals_per_hour"], refunds["resolutions_per_hour"]) == (4, 1)
    assert refunds["acknowledged_p50_seconds"] > 60
    assert 240 < refunds["acknowledged_p90_seconds"] < 420
    assert logistics["oldest_open_seconds"] >= 180
    assert refunds["within_sla_percent"] is not None
    assert (empty["open"], empty["oldest_open_seconds"], empty["resolved_p50_seconds"]) == (0, None, None)


async def test_the_stream_tells_what_changes(responder: RunningResponder) -> None:
    seen: list[int] = []
    async with (
        serving(_without_lifespan(responder.app)) as url,
        httpx.AsyncClient(headers=KEY, timeout=10) as http,
        http.stream("GET", f"{url}/v1/queue-health/stream") as stream,
    ):
        assert stream.headers["content-type"].startswith("text/event-stream")
        async for line in stream.aiter_lines():
            if not line.startswith("data: "):
                continue
            queues = {q["queue"]: q for q in json.loads(line.removeprefix("data: "))["queues"]}
            seen.append(queues["logistics"]["open"])
            if len(seen) == 1:
                await responder.feed(RoutedComplaint().opened())
            if seen[-1] == 1:
                break
    assert (seen[0], seen[-1]) == (0, 1)


async def test_migrations_and_tables_say_the_same(database_url: str) -> None:
    assert await differences(url=database_url, metadata=metadata) == []


def _without_lifespan(app: object) -> object:
    async def served(scope: dict[str, object], receive: object, send: object) -> None:
        if scope["type"] == "lifespan":
            return
        await app(scope, receive, send)  # type: ignore[operator]

    return served
