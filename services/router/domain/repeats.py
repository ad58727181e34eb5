"""How often somebody has had to complain: complaints of the same contact point within a month, by when they came."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

WITHIN: Final = timedelta(days=30)

MOST: Final = 100
"""Nobody's complaints are counted further; one point that everybody claims must not slow down every batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A complaint that a batch opens, and the contact points of who opened it."""

    complaint_id: UUID
    received_at: datetime
    points: frozenset[UUID]


def contacts(openings: Sequence[Opening], *, stored: Mapping[UUID, Sequence[UUID]]) -> dict[UUID, int]:
    """Return for each opened complaint how many it makes, itself included; `stored` holds what was there before.

    Those count that came in the thirty days before it; what came later does not, though it may have been filed first.
    """
    order = sorted(openings, key=lambda o: (o.received_at, o.complaint_id))
    instants = [opening.received_at for opening in order]
    by_point = _by_point(order)
    counts = {}
    for place, opening in enumerate(order):
        before = set(stored.get(opening.complaint_id, ()))
        first = bisect_right(instants, opening.received_at - WITHIN)
        for point in opening.points:
            places = by_point[point]
            end = bisect_left(places, place)
            earlier = places[max(bisect_left(places, first), end - MOST) : end]
            before.update(order[one].complaint_id for one in earlier)
        counts[opening.complaint_id] = min(MOST, len(before) + 1)
    return counts


def _by_point(order: Iterable[Opening]) -> dict[UUID, list[int]]:
    by_point: dict[UUID, list[int]] = {}
    for place, opening in enumerate(order):
        for point in opening.points:
            by_point.setdefault(point, []).append(place)
    return by_point
