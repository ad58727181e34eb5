"""The dates of a policy as lines for a person, or as JSON for a program."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from services.responder.domain.explaining import Explanation
from services.responder.domain.explaining_words import allowance_words, in_words, instant_words, starts_when
from services.responder.domain.explanation_shape import shaped
from services.responder.domain.policy_dates import ClockDates, PolicyDates
from shared.rulebook.happenings import EVIDENCE, unverified
from shared.rulebook.policy_parts import Extension

_WIDTH: Final = 118


def as_lines(found: PolicyDates) -> Iterator[str]:
    """Return lines: the policy, then each clock with its date and the reasons for it."""
    policy, zone = found.policy, ZoneInfo(found.zone)
    yield f"{policy.policy}: {policy.title}"
    yield f"source: {policy.source} ({EVIDENCE[policy.evidence]})"
    if unverified(policy.evidence):
        yield "UNVERIFIED: figures from memory; have them checked before you call them the law"
    if not found.in_force:
        yield f"NOT IN FORCE for what is received then: it is {policy.dates()}"
    elif policy.dated:
        yield policy.dates()
    yield from filter(None, (policy.effective_note, policy.note))
    yield f"received {instant_words(found.received_at, zone)} ({found.zone})"
    for clock in found.clocks:
        yield ""
        yield from _clock(clock)
    yield from _beside(found)


def as_json(found: PolicyDates) -> dict[str, Any]:
    """Return what a program reads; instants in UTC, days as dates."""
    policy = found.policy.model_dump(mode="json", exclude={"clocks"}, exclude_defaults=True)
    body = {
        "policy": found.policy.policy,
        "unverified": any(unverified(found.policy.evidence_of(kind)) for kind in found.policy.clocks),
        "terms": policy | {"allowances": {kind: str(one.allowance) for kind, one in found.policy.clocks.items()}},
        "received_at": found.received_at,
        "zone": found.zone,
        "in_force": found.in_force,
        "clocks": [_clock_json(clock) for clock in found.clocks],
    }
    decoded: dict[str, Any] = json.loads(msgspec.json.encode(body))
    return decoded


def _clock(clock: ClockDates) -> Iterator[str]:
    window = " (a window, no promise)" if clock.expires == "lapse" else ""
    told = clock.explanation
    if told is None:
        yield f"{clock.kind}{window}: {allowance_words(clock.allowance)}, not started"
        yield f"  it starts when {starts_when(clock.starts_at)}"
        yield f"  add --happened {clock.starts_at}=INSTANT to see its date"
        return
    yield f"{clock.kind}{window}: {_due(told)} ({told.zone})"
    yield f"  starts when {starts_when(told.starts_at)}: {instant_words(told.started_at, ZoneInfo(told.zone))}"
    sure = told.evidence_says + (f"; {told.note}" if told.note else "")
    yield textwrap.fill(sure, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    for reason in in_words(told):
        yield textwrap.fill(reason, _WIDTH, initial_indent="  - ", subsequent_indent="    ")
    if clock.extended_to:
        yield f"  may be extended up to {_due(clock.extended_to)}"


def _beside(found: PolicyDates) -> Iterator[str]:
    policy = found.policy
    for kind, clock in policy.clocks.items():
        asked = clock.extension
        if asked:
            yield f"\n{kind} may be extended {_limit(asked)}: {asked.condition}"
            if asked.holding_reply:
                yield "  only after a holding reply to the customer"
    if policy.pause:
        ground = policy.pause.says or policy.pause.ground.replace("_", " ")
        yield f"\nclocks may stand still for {allowance_words(policy.pause.at_most)} in all: {ground}"
    named = policy.escalation
    if named:
        within = f", within {allowance_words(named.within)}" if named.within else ""
        where = ", ".join(filter(None, (named.body, named.address, named.post)))
        yield f"\nthe customer may turn to {where}{within} ({EVIDENCE[named.evidence]})"


def _limit(asked: Extension) -> str:
    if asked.to:
        return f"to {allowance_words(asked.to)} from its start"
    return f"by {allowance_words(asked.by)}" if asked.by else "without a limit in the source"


def _due(told: Explanation) -> str:
    return instant_words(told.due_at, ZoneInfo(told.zone))


def _clock_json(clock: ClockDates) -> dict[str, Any]:
    return {
        "kind": clock.kind,
        "starts_at": clock.starts_at,
        "met_by": clock.met_by,
        "expires": clock.expires,
        "due_at": clock.explanation.due_at if clock.explanation else None,
        "extended_due_at": clock.extended_to.due_at if clock.extended_to else None,
        "explanation": shaped(clock.explanation) if clock.explanation else None,
    }
