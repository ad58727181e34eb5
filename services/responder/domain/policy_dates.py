"""Every date that a policy would give a complaint that is received at an instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from services.responder.domain.explaining import Explanation, explain
from services.responder.domain.terms import Terms
from shared.rulebook.allowance import Allowance
from shared.rulebook.policies import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockDates:
    """One clock of a policy; one that starts later has no date yet, and no explanation."""

    kind: str
    starts_at: str
    met_by: str
    expires: str
    allowance: Allowance
    explanation: Explanation | None
    extended_to: Explanation | None
    """As far as an extension may move it, where that is counted from the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDates:
    """A policy and its clocks, those with a date by their date, then those that start later."""

    policy: Policy
    zone: str
    received_at: datetime
    in_force: bool
    clocks: tuple[ClockDates, ...]


def policy_dates(terms: Terms, *, received_at: datetime, happened: Mapping[str, datetime]) -> PolicyDates:
    """Return the dates of every clock; `happened` gives the instants that start those which do not start at receipt."""
    received_at = received_at.astimezone(UTC)
    starts = {"received": received_at, "previous_update": received_at}
    starts |= {what: at.astimezone(UTC) for what, at in happened.items()}
    clocks = [_clock(terms, kind, starts.get(clock.starts_at)) for kind, clock in terms.policy.clocks.items()]
    hours = terms.hours[terms.policy.calendar]
    return PolicyDates(
        policy=terms.policy,
        zone=hours.calendar.zone,
        received_at=received_at,
        in_force=terms.policy.in_force(hours.local_date(received_at)),
        clocks=tuple(sorted(clocks, key=_due)),
    )


def _due(clock: ClockDates) -> datetime:
    return clock.explanation.due_at if clock.explanation else datetime.max.replace(tzinfo=UTC)


def _clock(terms: Terms, kind: str, started_at: datetime | None) -> ClockDates:
    clock = terms.policy.clocks[kind]
    latest = clock.extension.to if clock.extension else None
    return ClockDates(
        kind=kind,
        starts_at=clock.starts_at,
        met_by=terms.policy.met_by(kind),
        expires=clock.expires,
        allowance=clock.allowance,
        explanation=explain(terms, kind, started_at) if started_at else None,
        extended_to=explain(terms, kind, started_at, allowance=latest) if started_at and latest else None,
    )
