"""The clock of one service is set an hour ahead and an hour back while promises run: each is told once, truly dated."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import asyncpg
import pytest

from tests.chaos.audit import audit
from tests.chaos.load import Load
from tests.chaos.stepped import StepClock
from tests.support.house import House
from tests.support.outside import Outside
from tests.support.waiting import outside_loop, until

PART = 15
pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


def taken(house: House) -> dict[str, set[str]]:
    """Let some complaints in and wait until their clocks run."""
    before = rows(house, "SELECT 1 FROM responder.work")
    with Load(house, count=PART) as load:
        pass
    until("at work", lambda: len(rows(house, "SELECT 1 FROM responder.work")) == len(before) + PART, within_s=30)
    return load.acknowledged


@pytest.mark.parametrize("first", [1, -1], ids=["ahead, then behind", "behind, then ahead"])
@pytest.mark.parametrize("service", ["ingest", "router", "responder"])
def test_a_clock_that_is_set_fires_every_promise_once(
    own_house: House, outside: Outside, tmp_path: Path, service: str, first: int
) -> None:
    clock = StepClock(tmp_path / "step")
    clock.step(hours=0)
    own_house.restart(service, extra=clock.settings)
    outside.relay_refuses = True  # so that the promise of five minutes runs on
    told = taken(own_house)
    for hours in (first, -first, 0):
        clock.step(hours=hours)
        told |= taken(own_house)
        if service == "responder" and hours > 0:
            breached(own_house, at_least=len(told))
    if service == "ingest":  # what was dated an hour ago is overdue at once
        breached(own_house, at_least=PART)
    outside.relay_refuses = False
    # A mail that was refused six times is tried again within 64 s; one that a wrong clock put off would take an hour.
    audit(own_house, told, outside=outside, within_s=150)
    each_was_told_once_and_truly_dated(own_house)


def breached(house: House, *, at_least: int) -> None:
    until("breached", lambda: len(fired(house, "breached")) >= at_least, within_s=20)


def fired(house: House, kind: str) -> list[asyncpg.Record]:
    return rows(
        house,
        f"""
        SELECT t.complaint_id, t.data->>'clock' AS clock, t.at, c.due_at, c.at_risk_at
        FROM responder.timeline t JOIN responder.clocks c
            ON c.complaint_id = t.complaint_id AND c.kind = t.data->>'clock'
        WHERE t.kind = '{kind}' AND t.data->>'clock' = 'acknowledge'
        """,
    )


def each_was_told_once_and_truly_dated(house: House) -> None:
    warned, broken = fired(house, "at_risk"), fired(house, "breached")
    for told in (warned, broken):
        assert set(Counter(entry["complaint_id"] for entry in told).values()) <= {1}
    assert all(entry["at"] == entry["at_risk_at"] for entry in warned)
    assert all(entry["at"] == entry["due_at"] for entry in broken)
    assert {entry["complaint_id"] for entry in broken} <= {entry["complaint_id"] for entry in warned}


def rows(house: House, query: str) -> list[asyncpg.Record]:
    return outside_loop(_fetch(house.database_url, query))


async def _fetch(url: str, query: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        return list(await connection.fetch(query))
    finally:
        await connection.close()
