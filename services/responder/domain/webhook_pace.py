"""How much one endpoint may hold of what is in hand: who answers gets more, who hangs gets nothing more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

FIRST: Final = 2
MOST: Final = 8
HANGS_AFTER_S: Final = 1.0


@dataclass(slots=True)
class _Endpoint:
    allowance: int = FIRST
    in_hand: dict[UUID, float] = field(default_factory=dict)


class Pace:
    """What each endpoint has in hand within one process; `at` is seconds of any steady clock.

    An endpoint begins with two at once, gets one more with each answer up to eight, and one at a time after a failure.
    While one of its calls goes unanswered for a second it is given nothing new, and its calls keep no slot any more,
    only their connections: however many endpoints hang, the others have all slots a second later.
    """

    def __init__(self) -> None:
        self._endpoints: dict[UUID, _Endpoint] = {}

    def taken(self, subscription: UUID, notification: UUID, *, at: float) -> None:
        """Count a call that begins."""
        self._endpoints.setdefault(subscription, _Endpoint()).in_hand[notification] = at

    def answered(self, subscription: UUID, notification: UUID, *, well: bool) -> None:
        """Count a call that has ended."""
        endpoint = self._endpoints.setdefault(subscription, _Endpoint())
        endpoint.in_hand.pop(notification, None)
        endpoint.allowance = min(MOST, endpoint.allowance + 1) if well else 1

    def free(self, *, at: float) -> dict[UUID, int]:
        """Return how many calls may begin at each endpoint that is known; at another, `FIRST`."""
        return {name: _free(endpoint, at) for name, endpoint in self._endpoints.items()}

    def slots_left(self, slots: int, *, at: float) -> int:
        """Return how many calls may begin in all: those that hang keep no slot, up to as many as there are slots."""
        ages = [at - began for endpoint in self._endpoints.values() for began in endpoint.in_hand.values()]
        hanging = sum(age > HANGS_AFTER_S for age in ages)
        return slots - (len(ages) - hanging) - max(0, hanging - slots)

    def forget(self, living: set[UUID]) -> None:
        """Drop what is known of endpoints that are no more."""
        for name in self._endpoints.keys() - living:
            if not self._endpoints[name].in_hand:
                del self._endpoints[name]


def _free(endpoint: _Endpoint, at: float) -> int:
    if any(at - began > HANGS_AFTER_S for began in endpoint.in_hand.values()):
        return 0
    return max(0, endpoint.allowance - len(endpoint.in_hand))
