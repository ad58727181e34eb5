"""Forecast of the first breach of a queue: the first date by which more falls due than can be done until then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.responder.domain.working_time import WorkingHours, consumed

_HOUR = timedelta(hours=1)


def breach_forecast_at(
    dues: Sequence[tuple[datetime, int]], *, per_hour: float, hours: WorkingHours, now: datetime
) -> datetime | None:
    """Return the first due date that cannot be kept when complaints are taken in order of their dates.

    `dues` are (due date, how many complaints); `per_hour` is what the queue resolves in an hour of working time. What
    is past due already is said by `breached`, not forecast here, but its work goes first. None where every date holds,
    or where nothing is known of the speed (`per_hour` is 0 or less).
    """
    if per_hour <= 0:
        return None
    waiting, capacity, reckoned_to = 0, 0.0, now
    for due_at, number in sorted(dues):
        waiting += number
        if due_at <= now:
            continue
        capacity += per_hour * (consumed(reckoned_to, due_at, hours) / _HOUR)
        reckoned_to = due_at
        if waiting > capacity:
            return due_at
    return None
