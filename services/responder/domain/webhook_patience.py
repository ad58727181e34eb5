"""How long other systems are waited for: waits of one notification, the gate of an endpoint, and when it is paused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from services.responder.domain.webhooks import Notification, PauseReason, Subscription

TRIED_FOR: Final = timedelta(days=3)
"""So long one notification is tried, counted from its first attempt, or from when its subscription was resumed."""

MOST_ASKED: Final = timedelta(days=1)
"""A Retry-After counts up to here."""

GATE_FROM: Final = 5
"""After so many failures in a row the endpoint is asked by one notification at a time, and more and more seldom."""

_WAITS_S: Final = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800)
_GATES_S: Final = (5, 15, 60, 300, 900)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempted:
    """What one attempt came to; `gone` is a 410, `asked` what the endpoint's Retry-After said."""

    outcome: Literal["delivered", "failed", "gone"]
    cause: str = "ok"
    status: int | None = None
    asked: timedelta | None = None


def wait(attempts: int, *, draw: float) -> timedelta:
    """Return how long a notification rests after so many attempts; `draw` in 0..1 spreads it by a fifth each way."""
    step = _WAITS_S[min(max(attempts, 1), len(_WAITS_S)) - 1]
    return timedelta(seconds=step * (0.8 + 0.4 * draw))


def settled(
    notification: Notification, subscription: Subscription, attempted: Attempted, *, now: datetime, draw: float
) -> Notification:
    """Return the notification after an attempt: delivered, to be tried again, or failed.

    It fails only where the endpoint took others since it was first tried: then it is this one that is not wanted.
    Where the endpoint took nothing, the subscription is paused instead and nothing is given up.
    """
    if attempted.outcome == "delivered":
        return replace(notification, state="delivered", delivered_at=now, cause=None)
    unwanted = _tried_long_enough(notification, subscription, now) and not _took_nothing(notification, subscription)
    if attempted.outcome == "failed" and unwanted:
        return replace(notification, state="failed", cause=attempted.cause)
    rest = max(wait(notification.attempts, draw=draw), min(attempted.asked or timedelta(), MOST_ASKED))
    return replace(notification, state="queued", ready_at=now + rest, cause=attempted.cause)


def endpoint_after(
    subscription: Subscription, notification: Notification, attempted: Attempted, *, now: datetime, draw: float
) -> Subscription:
    """Return the subscription after an attempt at `notification`, which is as it was before."""
    if attempted.outcome == "delivered":
        return replace(subscription, failures=0, failing_since=None, gate_until=None, last_success_at=now)
    failures = subscription.failures + 1
    failed = replace(
        subscription,
        failures=failures,
        failing_since=subscription.failing_since or now,
        last_failure_at=now,
        last_cause=attempted.cause,
        gate_until=_gate(failures, now, draw),
        asked_until=_latest(subscription.asked_until, now, attempted.asked),
    )
    if attempted.outcome == "gone":
        return paused(failed, reason="gone", detail=attempted.cause, now=now)
    if _tried_long_enough(notification, subscription, now) and _took_nothing(notification, subscription):
        return paused(failed, reason="failing", detail=attempted.cause, now=now)
    return failed


def paused(subscription: Subscription, *, reason: PauseReason, detail: str | None, now: datetime) -> Subscription:
    """Return the subscription paused; one that is paused already keeps why and since when."""
    if subscription.state == "paused":
        return subscription
    return replace(subscription, state="paused", paused_reason=reason, paused_detail=detail, paused_at=now)


def resumed(subscription: Subscription, *, now: datetime) -> Subscription:
    """Return the subscription active again, with all its patience."""
    return replace(
        subscription,
        state="active",
        paused_reason=None,
        paused_detail=None,
        paused_at=None,
        resumed_at=now,
        failures=0,
        failing_since=None,
        gate_until=None,
        asked_until=None,
    )


def _gate(failures: int, now: datetime, draw: float) -> datetime | None:
    beyond = failures - GATE_FROM
    if beyond < 0:
        return None
    return now + timedelta(seconds=_GATES_S[min(beyond, len(_GATES_S) - 1)] * (0.8 + 0.4 * draw))


def _latest(known: datetime | None, now: datetime, asked: timedelta | None) -> datetime | None:
    if not asked:
        return known
    until = now + min(asked, MOST_ASKED)
    return until if known is None else max(known, until)


def _since(notification: Notification, subscription: Subscription) -> datetime | None:
    began, again = notification.first_tried_at, subscription.resumed_at
    return max(began, again) if began and again else began


def _tried_long_enough(notification: Notification, subscription: Subscription, now: datetime) -> bool:
    since = _since(notification, subscription)
    return since is not None and now - since >= TRIED_FOR


def _took_nothing(notification: Notification, subscription: Subscription) -> bool:
    since, success = _since(notification, subscription), subscription.last_success_at
    return success is None or since is None or success < since
