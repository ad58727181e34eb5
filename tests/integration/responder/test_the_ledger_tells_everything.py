"""The timeline is append-only, and everything stored can be computed from it."""

from __future__ import annotations

import asyncio
import random

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.responder.domain.figures import COUNTERS, contribution
from services.responder.domain.fold import fold
from services.responder.store import counters, timeline, work
from tests.integration.responder.routed_events import RoutedComplaint, decided
from tests.integration.responder.running import RunningResponder, until


@pytest.mark.parametrize(
    "rewriting",
    [
        "UPDATE responder.timeline SET kind = 'closed'",
        "DELETE FROM responder.timeline",
        "TRUNCATE responder.timeline",
        "INSERT INTO responder.timeline SELECT * FROM responder.timeline "
        "ON CONFLICT (complaint_id, seq) DO UPDATE SET kind = 'closed'",
        "MERGE INTO responder.timeline AS t USING responder.work AS w ON w.complaint_id = t.complaint_id "
        "WHEN MATCHED THEN DELETE",
    ],
)
async def test_entries_are_never_changed(responder: RunningResponder, rewriting: str) -> None:
    routed = RoutedComplaint()
    await responder.feed(routed.opened())
    with pytest.raises(DBAPIError, match="ledger"):
        async with responder.engine.begin() as connection:
            await connection.execute(text(rewriting))
    assert "opened" in await responder.kinds(routed)


async def test_what_is_stored_is_the_fold_of_the_timeline_and_the_counters_are_a_recount(
    responder: RunningResponder,
) -> None:
    """A random walk of everything that can happen, several hands at once."""
    chance = random.Random(20261122)
    complaints = [
        RoutedComplaint(
            to=f"3933300{n:05}", decision=decided(queue=chance.choice(["logistics", "refunds", "spare_parts"]))
        )
        for n in range(12)
    ]
    await responder.feed(*(routed.opened() for routed in complaints))
    for _ in range(25):
        await asyncio.gather(*(_something(responder, routed, chance) for routed in complaints))

    async def all_sent() -> bool:
        (row,) = await responder.rows(
            "SELECT count(*) AS n FROM responder.outbound WHERE state IN ('queued', 'sending')"
        )
        return bool(row.n == 0)

    await until("everything is sent", all_sent)
    await _stored_is_the_fold(responder, complaints)
    await _counters_are_a_recount(responder, complaints)
    async with responder.engine.begin() as connection:
        await counters.fold(connection)
    await _counters_are_a_recount(responder, complaints)


_DEEDS: list[tuple[str, dict[str, object] | None]] = [
    ("claim", None),
    ("release", None),
    ("wait", {"reason": "r", "until": "2026-12-20T10:00:00Z"}),
    ("resume", None),
    ("resolve", {"outcome": "upheld", "root_cause": "carrier"}),
    ("reopen", {"reason": "disputed"}),
    ("close", None),
    ("replies", {"text": "We are at it."}),
]


async def _something(responder: RunningResponder, routed: RoutedComplaint, chance: random.Random) -> None:
    which = chance.randrange(len(_DEEDS) + 2)
    if which < len(_DEEDS):
        await responder.post(routed, *_DEEDS[which])
    elif which == len(_DEEDS):
        await responder.feed(routed.transferred(chance.choice(["logistics", "refunds", "spare_parts", "triage"])))
    else:
        await responder.feed(routed.joined())


async def _stored_is_the_fold(responder: RunningResponder, complaints: list[RoutedComplaint]) -> None:
    async with responder.engine.connect() as connection:
        for routed in complaints:
            held = await work.find(connection, routed.reference)
            assert held is not None
            folded = fold(await timeline.read(connection, routed.complaint_id))
            assert folded == held.state
            assert held.routed_sequence == routed.sequence
            rows = await connection.execute(
                text(
                    "SELECT kind, state, due_at, at_risk_at, stopped_at FROM responder.clocks WHERE complaint_id = :c"
                ),
                {"c": routed.complaint_id},
            )
            stored = {row.kind: tuple(row[1:]) for row in rows}
            assert stored == {
                kind: (c.state, c.due_at, c.at_risk_at, c.stopped_at) for kind, c in folded.clocks.items()
            }


async def _counters_are_a_recount(responder: RunningResponder, complaints: list[RoutedComplaint]) -> None:
    recount: dict[tuple[str, str], int] = {}
    async with responder.engine.connect() as connection:
        for routed in complaints:
            held = await work.find(connection, routed.reference)
            assert held is not None
            adds = contribution(held.state)
            for measure in COUNTERS:
                place = (adds.queue, measure)
                recount[place] = recount.get(place, 0) + getattr(adds, measure)
        kept = await counters.read(connection, since=2**40, rates_since=2**40)
    counted = {(q, m): sum(b.values()) for q, measures in kept.items() for m, b in measures.items()}
    assert {k: v for k, v in counted.items() if v} == {k: v for k, v in recount.items() if v}
    health = {q["queue"]: q for q in (await responder.http.get("/v1/queue-health")).json()["queues"]}
    for queue in ("logistics", "refunds", "spare_parts", "triage"):
        for measure in ("open", "unassigned", "waiting", "at_risk", "breached"):
            assert health[queue][measure] == recount.get((queue, measure), 0), (queue, measure)
