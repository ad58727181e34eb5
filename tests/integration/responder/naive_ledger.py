"""One complaint's ledger, read line by line and naively, sharing no code with the product.

So plain that it can be checked by reading. Everything comes from the entries alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.integration.responder.naive_time import DAY

UNFINISHED = ("running", "paused", "breached")


@dataclass
class Read:
    """What one complaint's ledger says."""

    group: dict[str, str]
    received_at: datetime
    clocks: dict[str, dict[str, Any]] = field(default_factory=dict)
    earlier: list[tuple[bool, bool]] = field(default_factory=list)
    state: str = "open"
    waiting: bool = False
    acknowledged_at: datetime | None = None
    acknowledgement: str = "none"
    reasons: list[str] = field(default_factory=list)
    replies: list[datetime] = field(default_factory=list)
    final_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    ending: dict[str, Any] | None = None
    resolutions: int = 0
    reopened: int = 0
    reopened_soon: bool = False
    last_resolved: datetime | None = None
    visited: list[str] = field(default_factory=list)
    messages: int = 1
    chases: list[bool] = field(default_factory=list)
    proactive: int = 0
    customer_spoke_last: bool = True
    silences: list[float] = field(default_factory=list)
    quiet_since: datetime | None = None
    touched: datetime | None = None
    steps: dict[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return self.state == "open"


def read(entries: list[Any]) -> Read:
    first = entries[0]
    one = Read(
        group={n: first.data[n] for n in ("queue", "channel", "category", "policy", "severity", "language")},
        received_at=first.at, touched=first.at, quiet_since=first.at, visited=[first.data["queue"]],
        steps={step["step"]: "open" for step in first.data["steps"]},
    )  # fmt: skip
    for entry in sorted(entries, key=lambda e: e.seq):
        _line(one, entry)
    return one


def _line(one: Read, entry: Any) -> None:
    if entry.by not in ("system", "customer", "router"):
        one.touched = entry.at
    _clocks(one, entry)
    for reader in (_customer, _acknowledgement, _ending, _desk):
        reader(one, entry.kind, entry.at, entry.data)


def _customer(one: Read, kind: str, at: datetime, data: dict[str, Any]) -> None:
    if kind == "message":
        one.messages += 1
        if one.is_open and not one.waiting:
            one.chases.append(at < one.clocks["next_update"]["due"])
        one.customer_spoke_last = True
    elif kind == "reply_sent":
        if one.replies and not one.customer_spoke_last:
            one.proactive += 1
        one.customer_spoke_last = False
        one.replies.append(at)
        if data["final"] and one.final_at is None:
            one.final_at = at
        _broke_silence(one, at)
    elif kind in ("waiting", "resumed"):
        one.waiting = kind == "waiting"


def _acknowledgement(one: Read, kind: str, at: datetime, data: dict[str, Any]) -> None:
    if kind == "acknowledged":
        one.acknowledgement, one.acknowledged_at, one.steps["confirm"] = "sent", at, "done"
        _broke_silence(one, at)
    elif kind == "acknowledgement_queued":
        one.acknowledgement = "queued"
    elif kind == "acknowledgement_failed":
        one.acknowledgement, one.acknowledged_at, one.steps["confirm"] = "failed", None, "open"
        one.silences, one.quiet_since = [], one.received_at  # in this year nothing else was said before
    elif kind == "acknowledgement_withheld":
        one.acknowledgement, one.reasons = "withheld", data["reasons"]


def _ending(one: Read, kind: str, at: datetime, data: dict[str, Any]) -> None:
    if kind == "resolved":
        _broke_silence(one, at)
        one.state, one.resolved_at, one.last_resolved, one.ending = "resolved", at, at, data
        one.resolutions += 1
    elif kind == "closed":
        one.state, one.closed_at = "closed", at
    elif kind == "reopened":
        assert one.last_resolved is not None
        one.reopened += 1
        one.reopened_soon |= at - one.last_resolved <= 30 * DAY
        one.state, one.resolved_at, one.closed_at, one.ending = "open", None, None, None
        one.quiet_since = at


def _desk(one: Read, kind: str, _at: datetime, data: dict[str, Any]) -> None:
    if kind == "transferred":
        one.group["queue"] = data["queue"]
        one.visited.append(data["queue"])
    elif kind == "recategorised":
        one.group |= {"category": data["category"], "severity": data["severity"]}
    elif kind == "step":
        one.steps[data["step"]] = data["state"]


def _broke_silence(one: Read, at: datetime) -> None:
    if one.is_open:
        assert one.quiet_since is not None
        one.silences.append((at - one.quiet_since).total_seconds())
        one.quiet_since = at


MEETS = {
    "acknowledged": {"acknowledged"},
    "human": {"acknowledged", "human_message"},
    "final": {"acknowledged", "human_message", "final_message"},
    "resolved": {"resolved"},
}


def _clocks(one: Read, entry: Any) -> None:
    data, at = entry.data, entry.at
    _met(one, entry.kind, at, data)
    for kind in [*data.get("cancels", []), *([data["clock"]] if entry.kind == "lapsed" else [])]:
        _turn(one.clocks[kind], "cancelled", only=("running", "paused"))
    if entry.kind == "breached":
        _turn(one.clocks[data["clock"]], "breached", only=("running",))
    if entry.kind == "extended":
        one.clocks[data["clock"]]["due"] = datetime.fromisoformat(data["due_at"])
    for clock in one.clocks.values() if entry.kind == "waiting" else ():
        if clock["pauses"] and clock["state"] == "running":
            clock |= {"state": "paused", "paused_at": at}
    for kind, told in data.get("clocks", {}).items():
        if entry.kind == "resumed":
            one.clocks[kind] |= {"state": "running", "due": datetime.fromisoformat(told["due_at"])}
            one.clocks[kind]["paused"] += told["paused_seconds"]
        else:
            _started(one, kind, told, at)


def _met(one: Read, kind: str, at: datetime, data: dict[str, Any]) -> None:
    happened = {"acknowledged": "acknowledged", "resolved": "resolved"}.get(kind)
    if kind == "reply_sent":
        happened = "final" if data["final"] else "human"
    for clock in one.clocks.values() if happened else ():
        if clock["met_by"] in MEETS[str(happened)]:
            in_time = clock["state"] == "paused" or at <= clock["due"]
            _turn(clock, "met" if in_time else "met_late", only=UNFINISHED)
    if kind == "acknowledgement_failed" and data["was_sent"]:
        known = one.clocks["acknowledge"]
        known["state"] = {"met": "running", "met_late": "breached"}.get(known["state"], known["state"])


def _turn(clock: dict[str, Any], state: str, *, only: tuple[str, ...]) -> None:
    if clock["state"] in only:
        clock["state"] = state


def _started(one: Read, kind: str, told: dict[str, Any], at: datetime) -> None:
    if kind in one.clocks:
        one.earlier.append(outcome(one.clocks[kind], one.clocks[kind]["state"]))
    waits = one.waiting and told["pauses"]
    one.clocks[kind] = {
        "state": "paused" if waits else "running", "due": datetime.fromisoformat(told["due_at"]),
        "started": datetime.fromisoformat(told["started_at"]), "met_by": told["met_by"], "unit": told["unit"],
        "calendar": told["calendar"], "pauses": told["pauses"], "expires": told["expires"], "paused": 0.0,
        "paused_at": at,
    }  # fmt: skip


def as_of(clock: dict[str, Any], now: datetime) -> str:
    """What is open and past due counts as breached, also where nobody was there to notice."""
    return "breached" if clock["state"] == "running" and clock["due"] < now else str(clock["state"])


def outcome(clock: dict[str, Any], state: str) -> tuple[bool, bool]:
    promise = clock["expires"] == "breach"
    return promise and state == "met", promise and state in ("breached", "met_late")
