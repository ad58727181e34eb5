"""At risk and breached: within a second of their instant, once, however many processes look."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec

from services.responder.jobs.timers import Timers
from shared.clock import SystemClock
from shared.contracts.progress import ComplaintProgress
from tests.integration.responder.neighbours import Neighbours
from tests.integration.responder.routed_events import RoutedComplaint
from tests.integration.responder.running import RunningResponder, until
from tests.support.stalls import Stopwatch

ALLOWED = timedelta(minutes=5)
"""What retail.default gives the acknowledgement."""


async def test_a_breach_fires_once_within_a_second_with_four_workers(
    responder: RunningResponder, neighbours: Neighbours
) -> None:
    neighbours.vendor = lambda _calls: 503  # the acknowledgement cannot be sent, so its clock runs out
    due = SystemClock().now() + timedelta(seconds=1.5)
    complaints = [RoutedComplaint(to=f"3933300{n:05}", received_at=due - ALLOWED) for n in range(40)]
    promises = responder.assembled.parts.desk.promises
    workers = [Timers(engine=responder.engine, promises=promises, clock=SystemClock(), batch=10) for _ in range(4)]
    tasks = [asyncio.create_task(worker.run()) for worker in workers]

    async def all_breached() -> bool:
        rows = await responder.rows("SELECT 1 FROM responder.clocks WHERE kind = 'acknowledge' AND state = 'breached'")
        return len(rows) == len(complaints)

    with Stopwatch() as watch:
        await responder.feed(*(routed.opened() for routed in complaints))
        fed = SystemClock().now()  # after the instant, where this machine is slow: sooner nothing can fire
        await until("all breached", all_breached, within_s=8)
    for worker in workers:
        await worker.stop()
    await asyncio.gather(*tasks)
    entries = await responder.rows(
        "SELECT complaint_id, kind, at, data->>'clock' AS clock FROM responder.timeline "
        "WHERE kind IN ('at_risk', 'breached') AND data->>'clock' = 'acknowledge'"
    )
    fired = [(row.complaint_id, row.kind) for row in entries]
    assert len(fired) == len(set(fired)) == 2 * len(complaints)
    assert {row.at for row in entries if row.kind == "breached"} == {due}
    lags = [
        (row.announced_at - due).total_seconds()
        for row in await responder.rows("SELECT announced_at, body FROM responder.outbox")
        if msgspec.json.decode(row.body, type=ComplaintProgress).kind == "breached"
    ]
    assert len(lags) == len(complaints)
    assert min(lags) >= 0
    assert max(lags) < 1.0 + max(0.0, (fed - due).total_seconds()) + watch.stalled


async def test_a_warning_comes_once_and_within_a_second(responder: RunningResponder, neighbours: Neighbours) -> None:
    neighbours.vendor = lambda _calls: 503
    first = RoutedComplaint()
    await responder.feed(first.opened())
    clock = await responder.clock(first, "acknowledge")
    ahead = datetime.fromisoformat(clock["at_risk_at"]) - datetime.fromisoformat(clock["started_at"])
    warned_at = SystemClock().now().replace(microsecond=0) + timedelta(seconds=3)
    complaints = [RoutedComplaint(to=f"3933300{n:05}", received_at=warned_at - ahead) for n in range(20)]
    promises = responder.assembled.parts.desk.promises
    workers = [Timers(engine=responder.engine, promises=promises, clock=SystemClock(), batch=10) for _ in range(3)]
    tasks = [asyncio.create_task(worker.run()) for worker in workers]

    async def all_warned() -> bool:
        return len(await _warnings(responder)) >= len(complaints)

    with Stopwatch() as watch:
        await responder.feed(*(routed.opened() for routed in complaints))
        fed = SystemClock().now()
        await until("all warned", all_warned, within_s=8)
    await asyncio.sleep(1)  # a second warning would have come by now
    for worker in workers:
        await worker.stop()
    await asyncio.gather(*tasks)
    warnings = await _warnings(responder)
    assert sorted(told.complaint_id for told, _ in warnings) == sorted(routed.complaint_id for routed in complaints)
    assert {told.at - warned_at for told, _ in warnings} == {timedelta()}
    lags = [(announced_at - told.at).total_seconds() for told, announced_at in warnings]
    assert min(lags) >= 0
    assert max(lags) < 1.0 + max(0.0, (fed - warned_at).total_seconds()) + watch.stalled


async def _warnings(responder: RunningResponder) -> list[tuple[ComplaintProgress, datetime]]:
    rows = await responder.rows("SELECT announced_at, body FROM responder.outbox")
    told = [(msgspec.json.decode(row.body, type=ComplaintProgress), row.announced_at) for row in rows]
    return [(one, at) for one, at in told if (one.kind, one.clock) == ("at_risk", "acknowledge")]


async def test_nothing_fires_before_its_instant(responder: RunningResponder, neighbours: Neighbours) -> None:
    neighbours.vendor = lambda _calls: 503
    routed = RoutedComplaint(received_at=datetime.now(UTC) - ALLOWED + timedelta(seconds=30))  # noqa: TID251
    await responder.feed(routed.opened())

    async def at_risk() -> bool:
        return "at_risk" in await responder.kinds(routed)

    await until("at risk", at_risk, within_s=10)
    await asyncio.sleep(0.5)
    assert "breached" not in await responder.kinds(routed)


async def test_a_clock_that_was_met_in_time_does_not_fire(responder: RunningResponder) -> None:
    due = datetime.now(UTC) + timedelta(seconds=6)  # noqa: TID251
    routed = RoutedComplaint(received_at=due - ALLOWED)
    await responder.feed(routed.opened())
    await responder.acknowledged(routed)
    await asyncio.sleep((due - SystemClock().now()).total_seconds() + 0.5)
    entries = await responder.timeline(routed)
    assert not [e for e in entries if e["kind"] == "breached" and e["data"]["clock"] == "acknowledge"]
    assert (await responder.clock(routed, "acknowledge"))["state"] == "met"


async def test_waiting_ends_by_itself(responder: RunningResponder) -> None:
    routed = RoutedComplaint()
    await responder.feed(routed.opened())
    ends = datetime.now(UTC) + timedelta(seconds=1)  # noqa: TID251
    waits = await responder.post(routed, "wait", {"reason": "the number", "until": ends.isoformat()})
    assert waits.status_code == 200

    async def resumed() -> bool:
        return bool((await responder.complaint(routed))["state"] == "open")

    await until("resumed", resumed, within_s=3)
    (entry,) = [e for e in await responder.timeline(routed) if e["kind"] == "resumed"]
    assert datetime.fromisoformat(entry["at"]) == ends
