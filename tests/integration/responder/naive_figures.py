"""The figures once more, naively: plain sums over what the ledgers say, sharing no code with the product."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from tests.integration.responder.naive_ledger import UNFINISHED, Read, as_of, outcome
from tests.integration.responder.naive_time import DAY, spent, worked


def percentile(values: list[float], share: float) -> float | None:
    ordered = sorted(values)
    return round(ordered[max(0, math.ceil(share * len(ordered) - 1e-9) - 1)], 3) if ordered else None


def percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def recount(year: list[Read], now: datetime) -> dict[str, Any]:
    """The figures of these complaints, in the shape of the answer."""
    still = [one for one in year if one.is_open]
    ended = [one for one in year if one.ending is not None]
    ever = sum(one.resolutions > 0 for one in year)
    outcomes = Counter(one.ending["outcome"] for one in ended if one.ending)
    right = outcomes["upheld"] + outcomes["partially_upheld"]
    promises = [o for one in year for o in [*one.earlier, *(outcome(c, as_of(c, now)) for c in one.clocks.values())]]
    kept, missed = sum(k for k, _ in promises), sum(m for _, m in promises)
    updates, proactive = sum(max(0, len(o.replies) - 1) for o in year), sum(o.proactive for o in year)
    chases = [early for one in year for early in one.chases]
    chased = sum(bool(one.chases) for one in year)
    steps = [state for one in ended for state in one.steps.values()]
    sent, unfit = sum(o.acknowledgement == "sent" for o in year), sum(_unfit(o) for o in year)
    nobody = sum(o.acknowledgement == "withheld" and not _unfit(o) for o in year)
    silences = [max([*o.silences, *([(now - o.quiet_since).total_seconds()] if o.is_open and o.quiet_since else [])])
                for o in year if o.silences or o.is_open]  # fmt: skip
    ages = [(now - one.received_at).total_seconds() for one in still]
    first = sum(o.resolutions > 0 and o.messages == 1 and len(o.replies) <= 1 and not o.reopened for o in year)
    soon = sum(one.reopened_soon for one in year)
    young = sum(bool(o.resolved_at and o.resolved_at + 30 * DAY > now and not o.reopened_soon) for o in year)
    moved = sum(len(one.visited) > 1 for one in year)
    back = sum(len(set(one.visited)) < len(one.visited) for one in year)
    return {
        "complaints": len(year), "open": len(still), "resolved": sum(o.state == "resolved" for o in year),
        "closed": sum(o.state == "closed" for o in year),
        "durations": {
            "acknowledge": duration(year, now, "acknowledge", lambda o: min(_known(o.acknowledged_at, *o.replies[:1]))),
            "first_response": duration(year, now, "first_response", lambda o: min(_known(*o.replies[:1]))),
            "final_response": duration(year, now, "resolve", lambda o: min(_known(o.final_at)), by_clock=False),
            "resolve": duration(year, now, "resolve", lambda o: min(_known(o.resolved_at)), by_clock=False),
            "close": duration(year, now, "resolve", lambda o: min(_known(o.closed_at)), by_clock=None),
        },
        "within_sla": _within(year, now),
        "promises": {"kept": kept, "missed": missed, "percent": percent(kept, kept + missed)},
        "acknowledgements": {
            "sent": sent, "withheld": unfit, "failed": sum(o.acknowledgement == "failed" for o in year),
            "on_their_way": sum(o.acknowledgement == "queued" for o in year), "nobody_to_tell": nobody,
            "complete_percent": percent(sent, sent + unfit),
            "withheld_because": dict(Counter(r for o in year if o.acknowledgement == "withheld" for r in o.reasons)),
        },
        "reopening": {"reopened": soon, "ever_resolved": ever, "still_possible": young, "percent": percent(soon, ever)},
        "transfers": {"transfers": sum(len(o.visited) - 1 for o in year), "transferred": moved, "returned": back,
                      "transferred_percent": percent(moved, len(year)), "returned_percent": percent(back, len(year))},
        "first_contact": {"at_first_contact": first, "ever_resolved": ever, "percent": percent(first, ever)},
        "chasing": {"before_due": sum(chases), "after_due": len(chases) - sum(chases), "chased": chased,
                    "before_due_per_complaint": round(sum(chases) / len(year), 3) if year else None,
                    "chased_percent": percent(chased, len(year))},
        "updates": {"proactive": proactive, "updates": updates, "percent": percent(proactive, updates)},
        "silence": spread(silences),
        "backlog": {"open": len(still), "age": spread(ages) | {"p99_seconds": percentile(ages, 0.99)},
                    "untouched": spread([(now - one.touched).total_seconds() for one in still if one.touched]),
                    "consumed": _consumed(still, now)},
        "endings": {"outcomes": dict(outcomes), "decided": right + outcomes["not_upheld"],
                    "upheld_percent": percent(right, right + outcomes["not_upheld"]),
                    "root_causes": dict(Counter(one.ending["root_cause"] for one in ended if one.ending)),
                    "redress": dict(Counter(r for one in ended if one.ending for r in one.ending["redress"])),
                    "with_redress": sum(bool(one.ending and one.ending["redress"]) for one in ended),
                    "without_an_answer": sum(bool(o.ending and o.ending["outcome"] != "withdrawn" and not o.replies)
                                             for o in ended)},
        "playbook": {"steps_done": steps.count("done"), "steps": len(steps), "steps_skipped": steps.count("skipped"),
                     "percent": percent(steps.count("done"), len(steps))},
    }  # fmt: skip


NEVER = datetime.max.replace(tzinfo=UTC)


def _known(*instants: datetime | None) -> list[datetime]:
    return [NEVER, *(instant for instant in instants if instant)]


def _unfit(one: Read) -> bool:
    return one.acknowledgement == "withheld" and one.clocks["acknowledge"]["state"] != "cancelled"


def duration(year: list[Read], now: datetime, clock: str, when: Any, *, by_clock: bool | None = True) -> dict[str, Any]:
    happened = [(one, when(one)) for one in year if when(one) != NEVER]
    left = [one for one in year if when(one) == NEVER]
    if by_clock is not None:
        left = [one for one in left if (one.clocks[clock]["state"] in UNFINISHED if by_clock else one.is_open)]
    seconds = [(at - one.received_at).total_seconds() for one, at in happened]
    units = {one.clocks[clock]["unit"] for one, _ in happened}
    unit = units.pop() if len(units) == 1 else None
    told = [spent(o.received_at, at, unit, o.clocks[clock]["calendar"]) for o, at in happened] if unit else []
    waits = [(now - one.received_at).total_seconds() for one in left]
    return {
        "ended": len(happened), "unanswered": len(left), "not_owed": len(year) - len(happened) - len(left),
        "p50_seconds": percentile(seconds, 0.5), "p90_seconds": percentile(seconds, 0.9),
        "longest_unanswered_seconds": round(max(waits), 3) if waits else None,
        "unit": unit, "p50": percentile(told, 0.5), "p90": percentile(told, 0.9),
    }  # fmt: skip


def spread(values: list[float]) -> dict[str, Any]:
    longest = round(max(values), 3) if values else None
    return {"p50_seconds": percentile(values, 0.5), "p90_seconds": percentile(values, 0.9), "max_seconds": longest,
            "p99_seconds": None}  # fmt: skip


def _within(year: list[Read], now: datetime) -> dict[str, Any]:
    found: dict[str, Counter[str]] = {}
    for one in year:
        for kind, clock in one.clocks.items():
            if clock["expires"] == "breach" and clock["state"] != "cancelled":
                state = as_of(clock, now)
                found.setdefault(kind, Counter())[{"met_late": "breached", "paused": "running"}.get(state, state)] += 1
    return {
        kind: {"met": c["met"], "breached": c["breached"], "running": c["running"],
               "percent": percent(c["met"], c["met"] + c["breached"])}
        for kind, c in found.items()
    }  # fmt: skip


def _consumed(still: list[Read], now: datetime) -> dict[str, int]:
    found = {"under_50": 0, "from_50": 0, "from_80": 0, "over_100": 0, "no_clock": 0}
    for one in still:
        clock = one.clocks["resolve"]
        if clock["state"] not in UNFINISHED:
            found["no_clock"] += 1
        elif clock["due"] < now and clock["state"] != "paused":
            found["over_100"] += 1
        else:
            end = clock["paused_at"] if clock["state"] == "paused" else now
            used, whole = (_felt(clock, until) - clock["paused"] for until in (end, clock["due"]))
            share = used / whole if whole else 0
            found["under_50" if share < 0.5 else "from_50" if share < 0.8 else "from_80"] += 1
    return found


def _felt(clock: dict[str, Any], until: datetime) -> float:
    if clock["unit"] == "weeks":
        return float((until - clock["started"]).total_seconds())
    return worked(clock["started"], until, str(clock["calendar"]))
