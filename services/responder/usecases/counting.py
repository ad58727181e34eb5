"""How a change of a complaint moves the counters of its queue."""

from __future__ import annotations

import math
from collections import Counter
from datetime import datetime
from typing import Final

from services.responder.domain.figures import Delta, deltas
from services.responder.domain.work import WorkState
from services.responder.store.counters import Place

LEVELS: Final = (
    "open", "waiting", "unassigned", "at_risk", "breached", "arrivals", "resolutions", "kept", "missed",
)  # fmt: skip
"""What a recount over all complaints must give again."""

RATE_SLOT_S: Final = 300
DAY_SLOT_S: Final = 86_400
_STEP: Final = math.log(1.1)
"""Durations are counted in buckets a tenth wider each: a percentile read from them is off by 5 % at the most."""


def counted(before: WorkState | None, after: WorkState, *, now: datetime) -> Counter[Place]:
    """Return what the change adds to the counters: to the levels, and to the periods that `now` falls into."""
    found: Counter[Place] = Counter()
    changed = deltas(before, after)
    for delta in changed:
        for measure in LEVELS:
            found[Place(delta.queue, measure)] += getattr(delta, measure)
    _periods(found, changed, after, now=now)
    _durations(found, before, after, now=now)
    if _unfit(after) and (before is None or before.acknowledgement.state != "withheld"):
        found[Place(after.queue, "withheld", _slot(now, DAY_SLOT_S))] += 1
    return found


def _unfit(state: WorkState) -> bool:
    """Tell whether an acknowledgement that is owed was not fit to be sent; where nobody can be told, none is owed."""
    clock = state.clocks.get("acknowledge")
    return state.acknowledgement.state == "withheld" and (clock is None or clock.state != "cancelled")


def bucket_of(seconds: float) -> int:
    """Return the bucket that a duration is counted in."""
    return 0 if seconds <= 1 else math.ceil(math.log(seconds) / _STEP)


def seconds_of(bucket: int) -> float:
    """Return the duration that a bucket stands for."""
    return math.exp((bucket - 0.5) * _STEP) if bucket else 1.0


def _periods(found: Counter[Place], changed: tuple[Delta, ...], after: WorkState, *, now: datetime) -> None:
    short, day = _slot(now, RATE_SLOT_S), _slot(now, DAY_SLOT_S)
    arrived = next((delta.arrivals for delta in changed if delta.queue == after.queue), 0)
    found[Place(after.queue, "arrived", short)] += arrived
    if len(changed) != 1:
        return  # a transfer takes its history to another queue; of what happened now it only is an arrival there
    found[Place(after.queue, "resolved", short)] += changed[0].resolutions
    found[Place(after.queue, "kept_lately", day)] += changed[0].kept
    found[Place(after.queue, "missed_lately", day)] += changed[0].missed


def _durations(found: Counter[Place], before: WorkState | None, after: WorkState, *, now: datetime) -> None:
    slot = _slot(now, DAY_SLOT_S)
    for measure, was, ended in (
        ("acknowledged_in", before and before.acknowledged_at, after.acknowledged_at),
        ("resolved_in", before and before.resolved_at, after.resolved_at),
    ):
        if ended and not was:
            bucket = bucket_of((ended - after.received_at).total_seconds())
            found[Place(after.queue, measure, slot, bucket)] += 1


def _slot(now: datetime, seconds: int) -> int:
    return int(now.timestamp()) // seconds * seconds
