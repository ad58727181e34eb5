"""What an agent does while the complaint is open: take it, leave it, wait for the customer, move a date."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.responder.domain.entries import Entry, written
from services.responder.domain.firing import after_time
from services.responder.domain.recording import entry, must_be_open, must_not_be_closed
from services.responder.domain.refusal import conflict, invalid
from services.responder.domain.reopening import resumption
from services.responder.domain.terms import Terms
from services.responder.domain.work import WorkState

_LONGEST_WAIT = timedelta(days=366)
_LONGEST_REASON = 2000
WAITING_FOR_CUSTOMER = "waiting_for_customer"


def claim(state: WorkState, *, owner: str, by: str, now: datetime) -> tuple[Entry, ...]:
    """Return the entry that makes somebody the one owner; none if they own it already."""
    must_not_be_closed(state, "claimed")
    if state.owner == owner:
        return ()
    if state.owner is not None:
        raise conflict("somebody else owns the complaint: it is released first, then claimed")
    return (entry(state, "claimed", at=now, by=by, data={"owner": owner}),)


def release(state: WorkState, *, by: str, now: datetime) -> tuple[Entry, ...]:
    """Return the entry that leaves the complaint without an owner, for its queue to see."""
    must_not_be_closed(state, "released")
    if state.owner is None:
        raise conflict("nobody owns the complaint")
    return (entry(state, "released", at=now, by=by, data={"owner": state.owner}),)


@after_time
def wait(
    state: WorkState, *, reason: str, until: datetime, terms: Terms, by: str, now: datetime, ground: str | None = None
) -> tuple[Entry, ...]:
    """Return the entry with which we wait: clocks that may pause stand still until then, on the policy's ground only.

    `ground` left out is that we wait for the customer.
    """
    must_be_open(state, "put on wait")
    if state.state == "waiting_for_customer":
        raise conflict("it waits for the customer already")
    stops = terms.policy.pause is not None and (ground or WAITING_FOR_CUSTOMER) == terms.policy.pause.ground
    latest = _latest_wait(state, terms, now) if stops else now + _LONGEST_WAIT
    errors = [("/reason", problem)] if (problem := _reason(reason)) else []
    if ground not in (None, WAITING_FOR_CUSTOMER) and not stops:
        errors.append(("/ground", _grounds(terms)))
    if until <= now:
        errors.append(("/until", "must lie ahead"))
    elif until > latest:
        errors.append(("/until", f"the policy {terms.policy.policy} lets us wait until {written(latest)} at most"))
    if errors:
        raise invalid(*errors)
    data = {
        "reason": reason.strip(),
        "until": written(until),
        "ground": ground or WAITING_FOR_CUSTOMER,
        "goes_on": [] if stops else [kind for kind, clock in state.clocks.items() if clock.pauses],
    }
    return (entry(state, "waiting", at=now, by=by, data=data),)


def resume(state: WorkState, *, reason: str, terms: Terms, by: str, now: datetime) -> tuple[Entry, ...]:
    """Return the entry that ends the waiting."""
    if state.state != "waiting_for_customer":
        raise conflict("it does not wait for the customer")
    return resumption(state, reason=reason, terms=terms, by=by, at=now)


@after_time
def extend(
    state: WorkState, *, clock: str, reason: str, until: datetime, terms: Terms, by: str, now: datetime
) -> tuple[Entry, ...]:  # fmt: skip
    """Return the entry that moves a clock's date forward, as far as the policy lets it and before it has run out."""
    must_be_open(state, "extended")
    latest = _latest_extension(state, clock, terms)
    running = state.clocks[clock]
    errors = [("/reason", problem)] if (problem := _reason(reason)) else []
    if until <= running.due_at:
        errors.append(("/until", f"must lie after {written(running.due_at)}: a date only moves forward"))
    elif until > latest:
        errors.append(("/until", f"the policy {terms.policy.policy} allows {written(latest)} at most"))
    if errors:
        raise invalid(*errors)
    data = {
        "clock": clock,
        "reason": reason.strip(),
        "due_at": written(until),
        "at_risk_at": written(terms.at_risk(clock, running.unit, running.started_at, until)),
        "previous_due_at": written(running.due_at),
    }
    return (entry(state, "extended", at=now, by=by, data=data),)


def _latest_wait(state: WorkState, terms: Terms, now: datetime) -> datetime:
    pause = terms.policy.pause
    if pause is None:
        return now + _LONGEST_WAIT
    return terms.after(now, pause.at_most) - timedelta(seconds=state.waited_seconds)


def _grounds(terms: Terms) -> str:
    pause = terms.policy.pause
    if pause is None:
        return f"the policy {terms.policy.policy} knows no ground on which a clock may stand still: leave it out"
    return f"the only ground of the policy {terms.policy.policy} is `{pause.ground}`"


def _latest_extension(state: WorkState, kind: str, terms: Terms) -> datetime:
    clock = state.clocks.get(kind)
    if clock is None:
        known = ", ".join(sorted(state.clocks))
        raise invalid(("/clock", f"no such clock; this complaint has {known}"))
    if clock.state not in ("running", "paused"):
        raise conflict(f"the clock {kind} is {clock.state}: only one that still runs can be extended")
    extension = terms.policy.clocks[kind].extension if kind in terms.policy.clocks else None
    if extension is None:
        raise conflict(f"the policy {terms.policy.policy} does not let {kind} be extended")
    if clock.extensions >= extension.at_most:
        raise conflict(f"{kind} has been extended {clock.extensions} times, as often as the policy allows")
    if extension.holding_reply and (state.last_human_at is None or state.last_human_at < clock.started_at):
        raise conflict(
            f"the policy {terms.policy.policy} lets {kind} be extended only after a holding reply: "
            "write to the customer why, and until when; once it has left, extend"
        )
    if extension.unlimited:
        return clock.due_at + _LONGEST_WAIT
    if extension.to is not None:
        return terms.due(kind, clock.started_at, extension.to)
    return terms.due(kind, clock.due_at, extension.by)


def _reason(reason: str) -> str | None:
    if not reason.strip():
        return "is missing: say why, for whoever reads the timeline later"
    return f"has more than {_LONGEST_REASON} characters" if len(reason) > _LONGEST_REASON else None
