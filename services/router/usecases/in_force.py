"""Keeps decisions to the policies that are in force when a complaint is received."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import structs

from shared.contracts.parts import Decision
from shared.rulebook.load import Rulebook


def with_policy_in_force(decision: Decision, rulebook: Rulebook, *, received_at: datetime) -> Decision:
    """Return the decision; where its policy is not in force on the day of receipt, with the queue's, and with why.

    The day is that of the policy's own calendar. A queue's policy is without dates: the rulebook's check sees to that.
    """
    chosen = rulebook.policies[decision.policy]
    if not chosen.dated:
        return decision
    day = received_at.astimezone(ZoneInfo(rulebook.calendars[chosen.calendar].zone)).date()
    if chosen.in_force(day):
        return decision
    facts = decision.because.facts | {"policy_set_aside": f"{chosen.policy} is {chosen.dates()}"}
    return structs.replace(
        decision,
        policy=rulebook.queues[decision.queue].policy,
        because=structs.replace(decision.because, facts=facts),
    )
