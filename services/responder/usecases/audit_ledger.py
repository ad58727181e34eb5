"""Recomputing the ledger: chain, state, clocks, steps and counters, each difference named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec

from services.responder.domain.audit import Difference, folded, in_chain, in_columns, in_state
from services.responder.domain.figures import COUNTERS, Delta, contribution
from services.responder.domain.work import WorkState
from services.responder.store.derived import DERIVED, derived
from services.responder.store.ledger import CLOCK_COLUMNS, Fetch, Kept, Page, clock_row, read_page

_STATE: Final = msgspec.json.Decoder(WorkState)
_encode: Final = msgspec.json.Encoder().encode
_REFERENCE: Final = list(DERIVED).index("reference")


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What a page came to: how much was recomputed, what differs, what its complaints add to the counters.

    `upto` is where the next page begins, unless this was the `last`.
    """

    upto: UUID
    last: bool
    complaints: int
    entries: int
    differences: list[Difference]
    recount: Counter[Delta]


async def audit_page(fetch: Fetch, *, after: UUID, until: UUID, limit: int) -> Audited:
    """Recompute the next `limit` complaints behind `after`; all of it must be read at one snapshot."""
    page = await read_page(fetch, after=after, until=until, limit=limit)
    return _audited(page)


def _audited(page: Page) -> Audited:
    differences: list[Difference] = []
    recount: Counter[Delta] = Counter()
    for complaint, kept in page.kept.items():
        computed = folded(kept.entries)
        differences += _in_complaint(complaint, kept, computed)
        if computed is not None:
            recount[contribution(computed)] += 1
    return Audited(
        upto=page.upto,
        last=page.last,
        complaints=len(page.kept),
        entries=sum(len(kept.entries) for kept in page.kept.values()),
        differences=differences,
        recount=recount,
    )


def _in_complaint(complaint: UUID, kept: Kept, computed: WorkState | None) -> Iterator[Difference]:
    of = _named(complaint, kept, computed)
    if not kept.entries:
        yield Difference(of=of, what="has no ledger")
        return
    if kept.snapshot is None:
        yield Difference(of=of, what="is in the ledger, and there is no work on it")
    yield from in_chain(of, complaint, kept.entries, kept.links, head=kept.head if kept.snapshot else kept.links[-1])
    if computed is None:
        yield Difference(of=of, what="its entries add up to no state")
    elif kept.snapshot is not None:
        yield from _in_what_is_stored(of, kept, kept.snapshot, computed)


def _in_what_is_stored(of: str, kept: Kept, snapshot: bytes, computed: WorkState) -> Iterator[Difference]:
    # What was written by this version of the code is the same to the byte; reading it back is the longer way.
    if _encode(computed) != snapshot:
        stored = _read(snapshot)
        if stored is None:
            yield Difference(of=of, what="its state cannot be read")
        elif stored != computed:
            yield from in_state(of, stored, computed)
    columns = derived(computed)
    if columns != kept.derived:
        yield from in_columns(of, "work", list(DERIVED), kept.derived, columns)
    clocks = {kind: clock_row(clock) for kind, clock in computed.clocks.items()}
    if clocks != kept.clocks:
        yield from _in_clocks(of, kept.clocks, clocks)


def _in_clocks(
    of: str, stored: Mapping[str, tuple[object, ...]], computed: Mapping[str, tuple[object, ...]]
) -> Iterator[Difference]:
    for kind in sorted(stored.keys() | computed.keys()):
        if kind not in stored:
            yield Difference(of=of, what=f"row of clock {kind} is missing")
        elif kind not in computed:
            yield Difference(of=of, what=f"row of clock {kind} is not in the ledger")
        else:
            yield from in_columns(of, f"row of clock {kind}", CLOCK_COLUMNS, stored[kind], computed[kind])


def _named(complaint: UUID, kept: Kept, computed: WorkState | None) -> str:
    """Return the reference, wherever it is still to be found; else the complaint's id."""
    if kept.derived:
        return str(kept.derived[_REFERENCE])
    return computed.reference if computed is not None else str(complaint)


def _read(snapshot: bytes) -> WorkState | None:
    try:
        return _STATE.decode(snapshot)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None


def levels_that_differ(counted: Mapping[tuple[str, str], int], recount: Counter[Delta]) -> list[Difference]:
    """Return the levels, by queue and measure, that are not what all complaints add up to at the same snapshot."""
    computed: Counter[tuple[str, str]] = Counter()
    for delta, times in recount.items():
        for measure in COUNTERS:
            computed[delta.queue, measure] += times * int(getattr(delta, measure))
    return [
        Difference(
            of=f"queue {queue}",
            what=f"counter {measure}",
            stored=str(counted.get((queue, measure), 0)),
            computed=str(computed[queue, measure]),
        )
        for queue, measure in sorted(counted.keys() | computed.keys())
        if counted.get((queue, measure), 0) != computed[queue, measure]
    ]
