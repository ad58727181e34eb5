"""The ledger and what is derived from it, read in bulk: pages in the order of the complaints' ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import msgspec

from services.responder.domain.clock import Clock
from services.responder.domain.entries import Entry
from services.responder.store.derived import DERIVED
from services.responder.store.instants import NEVER

Fetch = Callable[[str, tuple[Any, ...]], Awaitable[Sequence[Any]]]
"""A statement with its arguments, run on whatever connection the caller holds: all of a page at one snapshot of it."""

FIRST: Final = UUID(int=0)
LAST: Final = UUID(int=2**128 - 1)

CLOCK_COLUMNS: Final = (
    "state", "started_at", "due_at", "at_risk_at", "stopped_at", "at_risk", "allowance", "policy", "source",
)  # fmt: skip

_WORK: Final = f"""
    SELECT complaint_id, snapshot, head, {", ".join(DERIVED)} FROM responder.work
    WHERE complaint_id > $1 AND complaint_id <= $2 ORDER BY complaint_id LIMIT $3
"""  # noqa: S608 - names of columns
_ENTRIES: Final = """
    SELECT complaint_id, link, seq, at, kind, "by", data::text FROM responder.timeline
    WHERE complaint_id > $1 AND complaint_id <= $2 ORDER BY complaint_id, seq
"""
_CLOCKS: Final = f"""
    SELECT complaint_id, kind, {", ".join(CLOCK_COLUMNS)} FROM responder.clocks
    WHERE complaint_id > $1 AND complaint_id <= $2
"""  # noqa: S608 - names of columns
_LEVELS: Final = """
    SELECT queue, measure, sum(value)::bigint FROM (
        SELECT queue, measure, value FROM responder.counters WHERE slot = 0
        UNION ALL
        SELECT queue, measure, delta FROM responder.counter_deltas WHERE slot = 0
    ) AS parts GROUP BY 1, 2
"""

_NEXT_DUE: Final = list(DERIVED).index("next_due_at")
_decode = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(slots=True)
class Kept:
    """What is stored of one complaint: its entries with their links, its row of work, its rows of clocks.

    `derived` has the order of DERIVED, a clock that of CLOCK_COLUMNS; what is not there is empty.
    """

    snapshot: bytes | None = None
    head: bytes = b""
    derived: tuple[Any, ...] = ()
    entries: list[Entry] = field(default_factory=list)
    links: list[bytes] = field(default_factory=list)
    clocks: dict[str, tuple[Any, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All that is stored of the complaints behind one id up to another, `upto`; `last` where nothing lies behind."""

    kept: dict[UUID, Kept]
    upto: UUID
    last: bool


async def read_page(fetch: Fetch, *, after: UUID, until: UUID, limit: int) -> Page:
    """Return the next `limit` complaints behind `after`, with whatever lies between them and belongs to none."""
    kept: dict[UUID, Kept] = defaultdict(Kept)
    work = await fetch(_WORK, (after, until, limit))
    last = len(work) < limit
    upto = until if last else work[-1][0]
    for row in work:
        one = kept[row[0]]
        one.snapshot, one.head, one.derived = row[1], row[2], _aware(row[3:])
    for complaint, link, seq, at, kind, by, data in await fetch(_ENTRIES, (after, upto)):
        one = kept[complaint]
        one.links.append(link)
        one.entries.append(Entry(seq=seq, at=at, kind=kind, by=by, data=_decode(data)))
    for row in await fetch(_CLOCKS, (after, upto)):
        kept[row[0]].clocks[row[1]] = row[2:]
    return Page(kept=kept, upto=upto, last=last)


def _aware(columns: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the columns with 'infinity' as we compute it: asyncpg reads it without a time zone."""
    if columns[_NEXT_DUE].year != NEVER.year:
        return columns
    return (*columns[:_NEXT_DUE], NEVER, *columns[_NEXT_DUE + 1 :])


def clock_row(clock: Clock) -> tuple[Any, ...]:
    """Return a clock as its row holds it, in the order of CLOCK_COLUMNS."""
    return (
        clock.state, clock.started_at, clock.due_at, clock.at_risk_at, clock.stopped_at, clock.at_risk,
        clock.allowance, clock.policy, clock.source,
    )  # fmt: skip


async def read_levels(fetch: Fetch) -> dict[tuple[str, str], int]:
    """Return the levels as counted, by queue and measure."""
    return {(queue, measure): value for queue, measure, value in await fetch(_LEVELS, ())}


async def complaint_of(fetch: Fetch, reference: str) -> UUID | None:
    """Return the complaint that has this reference in the work, or else in the ledger."""
    found = await fetch("SELECT complaint_id FROM responder.work WHERE reference = $1", (reference,))
    if not found:
        by_ledger = "SELECT complaint_id FROM responder.timeline WHERE seq = 1 AND data->>'reference' = $1"
        found = await fetch(by_ledger, (reference,))
    return found[0][0] if found else None


async def chained_since(fetch: Fetch) -> str | None:
    """Return what the migration left behind about entries that are older than the chain; None where there are none."""
    ((comment,),) = await fetch(
        """
        SELECT col_description(a.attrelid, a.attnum) FROM pg_attribute AS a
        WHERE a.attrelid = 'responder.timeline'::regclass AND a.attname = 'link'
        """,
        (),
    )
    return str(comment) if comment else None


async def count(fetch: Fetch) -> int:
    """Return how many complaints there are."""
    ((found,),) = await fetch("SELECT count(*) FROM responder.work", ())
    return int(found)


async def read_states(fetch: Fetch, *, after: UUID, limit: int) -> tuple[list[bytes], UUID | None]:
    """Return the stored states of the next complaints behind `after`, and where to go on: None at the end."""
    statement = """
        SELECT complaint_id, snapshot FROM responder.work WHERE complaint_id > $1 ORDER BY complaint_id LIMIT $2
    """
    rows = await fetch(statement, (after, limit))
    return [row[1] for row in rows], rows[-1][0] if len(rows) == limit else None
