"""Figures of a queue: what one complaint adds to them, and by how much an entry changes that.

Counters are kept by adding deltas; a recount adds contributions. Both are the same sum, so they are equal always.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from services.responder.domain.clock_effects import outcome
from services.responder.domain.work import WorkState


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """A change of a queue's counters, or what one complaint contributes to them.

    `at_risk` and `breached` count open complaints by their worst clock; `kept` and `missed` count promises, all rounds
    included, those that are open and past due as missed. `arrivals` counts complaints where they are now.
    """

    queue: str
    open: int = 0
    unassigned: int = 0
    waiting: int = 0
    at_risk: int = 0
    breached: int = 0
    arrivals: int = 0
    resolutions: int = 0
    kept: int = 0
    missed: int = 0


COUNTERS = tuple(field.name for field in fields(Delta) if field.name != "queue")


def contribution(state: WorkState) -> Delta:
    """Return what a complaint adds to the counters of its queue."""
    is_open = state.is_open
    breached = is_open and any(clock.state == "breached" for clock in state.clocks.values())
    at_risk = is_open and any(clock.state == "running" and clock.at_risk for clock in state.clocks.values())
    outcomes = [outcome(clock) for clock in state.clocks.values()]
    return Delta(
        queue=state.queue,
        open=int(is_open),
        unassigned=int(is_open and state.owner is None),
        waiting=int(state.state == "waiting_for_customer"),
        at_risk=int(at_risk and not breached),
        breached=int(breached),
        arrivals=1,
        resolutions=state.resolutions,
        kept=state.kept + sum(kept for kept, _ in outcomes),
        missed=state.missed + sum(missed for _, missed in outcomes),
    )


def deltas(before: WorkState | None, after: WorkState) -> tuple[Delta, ...]:
    """Return the change of counters between two states of a complaint: none, one queue's, or two after a transfer."""
    now = contribution(after)
    if before is None:
        return (now,)
    then = contribution(before)
    if then.queue != now.queue:
        return (_difference(None, then), now)
    change = _difference(now, then)
    return (change,) if any(getattr(change, name) for name in COUNTERS) else ()


def _difference(now: Delta | None, then: Delta) -> Delta:
    values = {name: (getattr(now, name) if now else 0) - getattr(then, name) for name in COUNTERS}
    return Delta(queue=then.queue, **values)
