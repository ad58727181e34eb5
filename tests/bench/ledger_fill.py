"""Fills a responder's database with complaints that have a whole ledger: what a year leaves behind, in a minute.

Stories are lived through by the responder's own rules, with their clocks, steps and entries; each complaint is a copy
of one of them under its own id and reference, with a chain of its own, and stored as the responder stores it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import msgspec

from services.responder.domain.actions import claim
from services.responder.domain.chain import links
from services.responder.domain.entries import Entry
from services.responder.domain.figures import contribution
from services.responder.domain.outcomes import close
from services.responder.store.derived import DERIVED, derived
from services.responder.store.ledger import CLOCK_COLUMNS, clock_row
from services.responder.usecases.counting import LEVELS
from shared.ids import reference
from tests.unit.responder.deeds import acknowledge, after, answer, finish
from tests.unit.responder.house import RECEIVED, Desk

_DECISION: Final = '{"queue": "logistics"}'
_AT_ONCE: Final = 5_000
_TIMELINE: Final = ("complaint_id", "seq", "at", "kind", "by", "data", "link")
_WORK: Final = ("complaint_id", "decision", "routed_sequence", "snapshot", "head", *DERIVED)
_CLOCKS: Final = ("complaint_id", "kind", *CLOCK_COLUMNS)


def _acknowledged(desk: Desk) -> None:
    acknowledge(desk)


def _claimed(desk: Desk) -> None:
    acknowledge(desk)
    desk.does(claim(desk.state, owner="agent", by="key:a", now=after(hours=1)))


def _answered(desk: Desk) -> None:
    _claimed(desk)
    answer(desk, after(hours=2))


def _closed(desk: Desk) -> None:
    _answered(desk)
    finish(desk, after(hours=30))
    desk.does(close(desk.state, by="key:a", now=after(days=4)))


def _late(desk: Desk) -> None:
    acknowledge(desk)
    desk.time_passes(RECEIVED + timedelta(days=9))


STORIES: tuple[Callable[[Desk], None], ...] = (_acknowledged, _claimed, _answered, _closed, _closed, _late)
_POLICIES: Final = ("retail.default", "social.default", "uk.fca.disp1.general")


async def fill(database_url: str, *, complaints: int) -> int:
    """Store so many complaints in an empty responder and return how many entries they have."""
    desks = []
    for policy in _POLICIES:
        for story in STORIES:
            desk = Desk(policy)
            story(desk)
            desks.append(desk)
    connection = await asyncpg.connect(database_url)
    try:
        counted: Counter[tuple[str, str]] = Counter()
        entries = 0
        for first in range(0, complaints, _AT_ONCE):
            made = [desks[n % len(desks)] for n in range(first, min(first + _AT_ONCE, complaints))]
            entries += await _store(connection, made)
            for desk in made:
                here = contribution(desk.state)
                counted.update({(here.queue, measure): getattr(here, measure) for measure in LEVELS})
        levels = [(queue, measure, 0, 0, value) for (queue, measure), value in counted.items()]
        await connection.copy_records_to_table("counters", schema_name="responder", records=levels)
        await connection.execute("VACUUM ANALYZE responder.work, responder.clocks, responder.timeline")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
    return entries


async def _store(connection: asyncpg.Connection, desks: list[Desk]) -> int:
    timeline: list[tuple[Any, ...]] = []
    work: list[tuple[Any, ...]] = []
    clocks: list[tuple[Any, ...]] = []
    for desk in desks:
        complaint = uuid4()
        _copied(desk, complaint, timeline=timeline, work=work, clocks=clocks)
    for table, columns, rows in (("timeline", _TIMELINE, timeline), ("work", _WORK, work), ("clocks", _CLOCKS, clocks)):
        await connection.copy_records_to_table(table, schema_name="responder", columns=columns, records=rows)
    return len(timeline)


def _copied(desk: Desk, complaint: UUID, *, timeline: list[Any], work: list[Any], clocks: list[Any]) -> None:
    name = reference(complaint)
    first, *others = desk.entries
    entries: list[Entry] = [replace(first, data=first.data | {"reference": name}), *others]
    chain = links(None, complaint, entries)
    state = replace(desk.state, reference=name)
    timeline += [
        (complaint, e.seq, e.at, e.kind, e.by, msgspec.json.encode(e.data).decode(), link)
        for e, link in zip(entries, chain, strict=True)
    ]
    work.append((complaint, _DECISION, 1, msgspec.json.encode(state), chain[-1], *derived(state)))
    clocks += [(complaint, kind, *clock_row(clock)) for kind, clock in state.clocks.items()]
