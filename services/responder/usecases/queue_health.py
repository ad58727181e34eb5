"""How the queues stand: counters with what is not folded yet, the oldest complaint, and the first breach to come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.domain.forecast import breach_forecast_at
from services.responder.domain.working_time import WorkingHours, consumed
from services.responder.store import backlog, counters
from services.responder.usecases.counting import DAY_SLOT_S, RATE_SLOT_S, seconds_of
from services.responder.usecases.promises import Promises

LATELY: Final = timedelta(days=7)
_HOUR: Final = timedelta(hours=1)
_FORECAST_MOST: Final = 500

Counted = Mapping[str, Mapping[int, int]]


async def queue_health(engine: AsyncEngine, *, promises: Promises, now: datetime) -> dict[str, Any]:
    """Return the figures of every queue of the rulebook, and of those that still hold work though it left them out."""
    since = int((now - LATELY).timestamp()) // DAY_SLOT_S * DAY_SLOT_S
    rates_since = (int(now.timestamp()) // RATE_SLOT_S - int(_HOUR.total_seconds()) // RATE_SLOT_S + 1) * RATE_SLOT_S
    async with engine.connect() as connection:
        counted = await counters.read(connection, since=since, rates_since=rates_since)
        queues = [*promises.queues, *sorted(set(counted) - set(promises.queues))]
        oldest = await backlog.oldest(connection, queues)
        dues = await backlog.resolve_dues(connection, queues, most=_FORECAST_MOST)
    return {
        "at": now,
        "queues": [
            _figures(queue, counted.get(queue, {}))
            | _ages(oldest.get(queue), now=now)
            | _forecast(promises.hours_of(queue), dues.get(queue, []), counted.get(queue, {}), now=now)
            for queue in queues
        ],
    }


def _figures(queue: str, counted: Counted) -> dict[str, Any]:
    def level(measure: str) -> int:
        return sum(counted.get(measure, {}).values())

    return {
        "queue": queue,
        "open": level("open"),
        "unassigned": level("unassigned"),
        "waiting": level("waiting"),
        "at_risk": level("at_risk"),
        "breached": level("breached"),
        "arrivals_per_hour": level("arrived"),
        "resolutions_per_hour": level("resolved"),
        "within_sla_percent": _percent(level("kept_lately"), level("missed_lately")),
        "acknowledged_p50_seconds": _percentile(counted.get("acknowledged_in", {}), 0.5),
        "acknowledged_p90_seconds": _percentile(counted.get("acknowledged_in", {}), 0.9),
        "resolved_p50_seconds": _percentile(counted.get("resolved_in", {}), 0.5),
        "resolved_p90_seconds": _percentile(counted.get("resolved_in", {}), 0.9),
        "acknowledgements_withheld": level("withheld"),
    }


def _ages(oldest: datetime | None, *, now: datetime) -> dict[str, Any]:
    return {"oldest_open_seconds": max(0, int((now - oldest).total_seconds())) if oldest else None}


def _forecast(
    hours: WorkingHours | None, dues: list[tuple[datetime, int]], counted: Counted, *, now: datetime
) -> dict[str, Any]:
    resolved = sum(counted.get("resolved_in", {}).values())
    if hours is None or not dues or not resolved:
        return {"breach_forecast_at": None}
    worked = consumed(now - LATELY, now, hours) / _HOUR
    per_hour = resolved / worked if worked else 0.0
    return {"breach_forecast_at": breach_forecast_at(dues, per_hour=per_hour, hours=hours, now=now)}


def _percent(kept: int, missed: int) -> float | None:
    return round(100 * kept / (kept + missed), 1) if kept > 0 or missed > 0 else None


def _percentile(buckets: Mapping[int, int], share: float) -> float | None:
    """Return the duration below which `share` of them lie, as exact as the buckets are."""
    total = sum(buckets.values())
    if total <= 0:
        return None
    passed = 0
    for bucket in sorted(buckets):
        passed += buckets[bucket]
        if passed >= share * total:
            return round(seconds_of(bucket), 1)
    raise AssertionError("the buckets hold fewer than their sum")
