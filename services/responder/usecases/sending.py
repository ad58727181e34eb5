"""The fate of what goes out: each attempt is kept, and what the vendor said moves clocks and timeline."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.domain.acknowledging import acknowledgement_failed, acknowledgement_sent
from services.responder.domain.entries import Entry
from services.responder.domain.replies import reply_failed, reply_sent
from services.responder.store import attempts, outbound, work
from services.responder.store.attempts import Attempt
from services.responder.store.outbound import Outbound
from services.responder.store.work import Held
from services.responder.usecases.changes import Journal, record
from services.responder.usecases.promises import Promises

GIVE_UP_AFTER: Final = timedelta(hours=48)
_LONGEST_WAIT_S: Final = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one attempt came to; `cause` is a code, `wait` what the vendor asked for."""

    message: Outbound
    outcome: Literal["sent", "later", "failed"]
    started_at: datetime
    ended_at: datetime
    provider_message_id: str | None = None
    cause: str | None = None
    wait: timedelta | None = None


async def settle(engine: AsyncEngine, outcomes: Sequence[Outcome], *, promises: Promises | None, now: datetime) -> None:
    """Record outcomes in one transaction; a message that another sender settled meanwhile only keeps the attempt.

    Without `promises` the messages are settled and no entry is made: the way out for an entry that cannot be made.
    """
    async with engine.begin() as connection:
        journal = Journal((await work.lock(connection, {o.message.complaint_id for o in outcomes})).values())
        stored = await outbound.lock(connection, [o.message.outbound_id for o in outcomes])
        settled = []
        for outcome in outcomes:
            row = stored.get(outcome.message.outbound_id)
            if row is None or not _still_ours(row, outcome):
                continue
            settled.append(_settled(row, outcome, now=now))
            held = journal.held(row.complaint_id)
            if held and promises:
                entries = _entries(held, settled[-1], outcome, promises)
                journal.add(held, entries, traceparent=row.traceparent)
        await record(connection, journal.changes(), now=now)
        await outbound.settle(connection, settled)
        await attempts.add(connection, [_attempt(outcome) for outcome in outcomes])


def _still_ours(row: Outbound, outcome: Outcome) -> bool:
    """Tell whether the outcome still counts: the vendor's yes always does, a no only from whoever holds the lease."""
    if row.state not in ("queued", "sending"):
        return False
    return outcome.outcome == "sent" or row.attempts == outcome.message.attempts


def _settled(row: Outbound, outcome: Outcome, *, now: datetime) -> Outbound:
    match outcome.outcome:
        case "sent":
            return replace(
                row,
                state="sent",
                sent_at=outcome.ended_at,
                provider_message_id=outcome.provider_message_id,
                reason=None,
            )
        case "failed":
            return replace(row, state="failed", reason=outcome.cause)
        case "later":
            if now - row.created_at >= GIVE_UP_AFTER:
                return replace(row, state="failed", reason=f"gave_up:{outcome.cause}")
            return replace(row, state="queued", ready_at=now + _wait(row, outcome), reason=outcome.cause)


def _wait(row: Outbound, outcome: Outcome) -> timedelta:
    doubled = min(_LONGEST_WAIT_S, float(1 << min(row.attempts, 12)))
    jittered = timedelta(seconds=doubled * random.uniform(0.5, 1.0))  # noqa: S311 - spreads load, guards nothing
    return max(jittered, outcome.wait or timedelta())


def _entries(held: Held, row: Outbound, outcome: Outcome, promises: Promises) -> tuple[Entry, ...]:
    name, terms = str(row.outbound_id), promises.terms(held.state)
    match row.state, row.kind:
        case "sent", "reply":
            return reply_sent(
                held.state,
                outbound_id=name,
                provider_message_id=row.provider_message_id,
                final=row.final,
                terms=terms,
                now=outcome.ended_at,
            )
        case "sent", _:
            return acknowledgement_sent(
                held.state,
                outbound_id=name,
                channel=row.reply.channel,
                provider_message_id=row.provider_message_id,
                terms=terms,
                now=outcome.ended_at,
            )
        case "failed", "reply":
            return reply_failed(held.state, outbound_id=name, reason=row.reason or "refused", now=outcome.ended_at)
        case "failed", _:
            return acknowledgement_failed(
                held.state, outbound_id=name, reason=row.reason or "refused", now=outcome.ended_at
            )
        case _:
            return ()


def _attempt(outcome: Outcome) -> Attempt:
    return Attempt(
        outbound_id=outcome.message.outbound_id,
        attempt=outcome.message.attempts,
        started_at=outcome.started_at,
        ended_at=outcome.ended_at,
        outcome=outcome.outcome,
        cause=outcome.cause,
    )
