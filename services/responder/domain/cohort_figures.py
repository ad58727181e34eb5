"""The figures of complaint teams, from what was counted: shares are parts of what they are shares of, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

DURATIONS: Final = ("acknowledge", "first_response", "final_response", "resolve", "close")
UPHELD: Final = ("upheld", "partially_upheld")
DECIDED: Final = (*UPHELD, "not_upheld")
"""Outcomes that say who was right; the others (withdrawn, merged, forwarded) decide nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """How long something took from receipt: of those for which it happened, `ended`.

    `unanswered` still wait (how long it will be is not known yet: right-censored), `longest_unanswered_seconds` the
    longest so far; to `not_owed` nothing is owed any more, or ever was. `p50` and `p90` are in `unit`, the policy's,
    where the whole group has one and its calendars are known.
    """

    ended: int
    unanswered: int
    not_owed: int
    p50_seconds: float | None
    p90_seconds: float | None
    longest_unanswered_seconds: float | None
    unit: str | None
    p50: float | None
    p90: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How a duration is spread; without complaints there is none."""

    p50_seconds: float | None
    p90_seconds: float | None
    max_seconds: float | None
    p99_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Promises of one kind: open ones that are past due count as breached; `running` ones count for nothing yet."""

    met: int
    breached: int
    running: int
    percent: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The figures of one group; `group` says which, the rest has the names of docs/how-to/read-the-figures.md."""

    group: Mapping[str, str]
    complaints: int
    open: int
    resolved: int
    closed: int
    durations: Mapping[str, Duration]
    within_sla: Mapping[str, Kept]
    promises: Mapping[str, Any]
    acknowledgements: Mapping[str, Any]
    reopening: Mapping[str, Any]
    transfers: Mapping[str, Any]
    first_contact: Mapping[str, Any]
    chasing: Mapping[str, Any]
    updates: Mapping[str, Any]
    silence: Spread
    backlog: Mapping[str, Any]
    endings: Mapping[str, Any]
    playbook: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What the database counted of one group: sums and percentiles by name, and counts of codes by what they tell."""

    group: Mapping[str, str]
    sums: Mapping[str, Any]
    codes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def percent(part: int, whole: int) -> float | None:
    """Return the share in percent, to a tenth; None where there is nothing to have a share of."""
    return round(100 * part / whole, 1) if whole else None


def figures(counted: Counted) -> Group:
    """Return the figures of one group."""
    at, codes = counted.sums, counted.codes
    return Group(
        group=counted.group,
        complaints=at["complaints"],
        open=at["open"],
        resolved=at["resolved"],
        closed=at["closed"],
        durations={name: _duration(at, name) for name in DURATIONS},
        within_sla=_within_sla(codes),
        promises=_share(at, "kept", of=("kept", "missed")),
        acknowledgements=_acknowledgements(at, codes),
        reopening=_share(at, "reopened", of=("ever_resolved",), also=("still_possible",)),
        transfers=_transfers(at),
        first_contact=_share(at, "at_first_contact", of=("ever_resolved",)),
        chasing=_chasing(at),
        updates=_share(at, "proactive", of=("updates",)),
        silence=_spread(at, "silence"),
        backlog=_backlog(at),
        endings=_endings(at, codes),
        playbook=_share(at, "steps_done", of=("steps",), also=("steps_skipped",)),
    )


def _duration(at: Mapping[str, Any], name: str) -> Duration:
    p50, p90 = _percentiles(at[f"{name}_seconds"], 2)
    unit = at[f"{name}_unit"]
    in_unit = _percentiles(at[f"{name}_in_unit"], 2) if unit else (None, None)
    return Duration(
        ended=at[f"{name}_ended"],
        unanswered=at[f"{name}_unanswered"],
        not_owed=at["complaints"] - at[f"{name}_ended"] - at[f"{name}_unanswered"],
        p50_seconds=p50,
        p90_seconds=p90,
        longest_unanswered_seconds=_rounded(at[f"{name}_longest"]),
        unit=unit,
        p50=in_unit[0],
        p90=in_unit[1],
    )


def _within_sla(codes: Mapping[str, Mapping[str, int]]) -> dict[str, Kept]:
    met, breached, running = (codes.get(f"clocks_{state}", {}) for state in ("met", "breached", "running"))
    return {
        kind: Kept(
            met=met.get(kind, 0),
            breached=breached.get(kind, 0),
            running=running.get(kind, 0),
            percent=percent(met.get(kind, 0), met.get(kind, 0) + breached.get(kind, 0)),
        )
        for kind in sorted({*met, *breached, *running})
    }


def _share(
    at: Mapping[str, Any], part: str, *, of: tuple[str, ...], also: tuple[str, ...] = ()
) -> dict[str, Any]:  # fmt: skip
    return {name: at[name] for name in dict.fromkeys((part, *of, *also))} | {
        "percent": percent(at[part], sum(at[name] for name in of))
    }


def _acknowledgements(at: Mapping[str, Any], codes: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    sent, withheld = at["acknowledgements_sent"], at["acknowledgements_withheld"]
    return {
        "sent": sent,
        "withheld": withheld,
        "failed": at["acknowledgements_failed"],
        "on_their_way": at["acknowledgements_queued"],
        "nobody_to_tell": at["acknowledgements_nobody"],
        "complete_percent": percent(sent, sent + withheld),
        "withheld_because": dict(codes.get("withheld", {})),
    }


def _transfers(at: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "transfers": at["transfers"],
        "transferred": at["transferred"],
        "returned": at["returned"],
        "transferred_percent": percent(at["transferred"], at["complaints"]),
        "returned_percent": percent(at["returned"], at["complaints"]),
    }


def _chasing(at: Mapping[str, Any]) -> dict[str, Any]:
    before = at["chases_before_due"]
    return {
        "before_due": before,
        "after_due": at["chases_after_due"],
        "chased": at["chased"],
        "before_due_per_complaint": round(before / at["complaints"], 3) if at["complaints"] else None,
        "chased_percent": percent(at["chased"], at["complaints"]),
    }


def _backlog(at: Mapping[str, Any]) -> dict[str, Any]:
    p50, p90, p99 = _percentiles(at["age"], 3)
    return {
        "open": at["open"],
        "age": Spread(p50_seconds=p50, p90_seconds=p90, p99_seconds=p99, max_seconds=_rounded(at["age_max"])),
        "untouched": _spread(at, "untouched"),
        "consumed": {name: at[f"consumed_{name}"] for name in CONSUMED},
    }


CONSUMED: Final = ("under_50", "from_50", "from_80", "over_100", "no_clock")


def _endings(at: Mapping[str, Any], codes: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    outcomes = dict(codes.get("outcome", {}))
    decided = sum(outcomes.get(code, 0) for code in DECIDED)
    return {
        "outcomes": outcomes,
        "decided": decided,
        "upheld_percent": percent(sum(outcomes.get(code, 0) for code in UPHELD), decided),
        "root_causes": dict(codes.get("root_cause", {})),
        "redress": dict(codes.get("redress", {})),
        "with_redress": at["with_redress"],
        "without_an_answer": at["without_an_answer"],
    }


def _spread(at: Mapping[str, Any], name: str) -> Spread:
    p50, p90 = _percentiles(at[name], 2)
    return Spread(p50_seconds=p50, p90_seconds=p90, max_seconds=_rounded(at[f"{name}_max"]))


def _percentiles(found: list[Any] | None, number: int) -> tuple[float | None, ...]:
    return tuple(_rounded(value) for value in found) if found else (None,) * number


def _rounded(value: Any) -> float | None:
    return None if value is None else round(float(value), 3)
