"""Taking over what the router decided: work begins, goes on, or moves, in the order of the router's own count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.domain.entries import Entry
from services.responder.domain.fold import fold
from services.responder.domain.opening import Opening, open_work
from services.responder.domain.routed import (
    customer_reopened,
    customer_wrote,
    message_changed,
    recategorised,
    transferred,
)
from services.responder.store import outbound, parked, work
from services.responder.store.work import Held
from services.responder.usecases.acknowledge import Acknowledging
from services.responder.usecases.changes import Journal, record
from services.responder.usecases.promises import Promises
from shared.contracts.parts import ReplyAddress
from shared.contracts.routed import ComplaintRouted


async def take_over(
    connection: AsyncConnection,
    routed: Sequence[ComplaintRouted],
    *,
    traces: Mapping[UUID, str | None],
    promises: Promises,
    acknowledging: Acknowledging,
    now: datetime,
) -> None:
    """Record what the router's changes mean for the work; what comes before its turn waits for it.

    `traces` holds the trace context of each event by its id.
    """
    complaints = {change.complaint_id for change in routed}
    await work.serialise(connection, complaints)
    journal = Journal((await work.lock(connection, complaints)).values())
    in_turn, early = _turns([*routed, *await parked.take(connection, complaints)], journal)
    opened = []
    for change in in_turn:
        if _take(change, journal, promises, traceparent=traces.get(change.event_id), now=now):
            opened.append(change)
    messages = await acknowledging.decide(connection, opened, journal, traces=traces, now=now)
    await parked.put(connection, early, now=now)
    await record(connection, journal.changes(), now=now)
    await outbound.enqueue(connection, messages)


def _turns(changes: Iterable[ComplaintRouted], journal: Journal) -> tuple[list[ComplaintRouted], list[ComplaintRouted]]:
    """Return the changes whose turn it is, in order, and those that come too early; what is known is left out."""
    by_complaint: dict[UUID, dict[int, ComplaintRouted]] = defaultdict(dict)
    for change in changes:
        by_complaint[change.complaint_id][change.sequence] = change
    in_turn: list[ComplaintRouted] = []
    early: list[ComplaintRouted] = []
    for complaint, pending in by_complaint.items():
        held = journal.held(complaint)
        turn = (held.routed_sequence if held else 0) + 1
        while turn in pending:
            in_turn.append(pending[turn])
            turn += 1
        early += [change for sequence, change in pending.items() if sequence > turn]
    return in_turn, early


def _take(
    change: ComplaintRouted, journal: Journal, promises: Promises, *, traceparent: str | None, now: datetime
) -> bool:
    """Record one change and return whether the work began with it."""
    held = journal.held(change.complaint_id)
    if held is None:
        entries = _opening(change, promises, now=now)
        journal.begin(_begun(change, entries), entries, traceparent=traceparent)
        return True
    entries = _going_on(change, held, promises, now=now)
    moved = replace(
        held,
        routed_sequence=change.sequence,
        decision=change.decision,
        reply=_reply(held.reply, change.reply) if change.automatic is None else held.reply,
    )
    journal.add(moved, entries, traceparent=traceparent)
    return False


def _opening(change: ComplaintRouted, promises: Promises, *, now: datetime) -> tuple[Entry, ...]:
    decision = change.decision
    opening = Opening(
        reference=change.reference,
        account=change.account,
        channel=change.channel,
        received_at=change.received_at,
        queue=decision.queue,
        playbook=decision.playbook,
        policy=decision.policy,
        priority=decision.priority,
        category=decision.category,
        subcategory=decision.subcategory,
        severity=decision.severity,
        language=decision.language,
        rulebook=decision.rulebook,
        segment=change.segment,
        internal=change.internal,
        automatic=change.automatic,
        public=bool(change.reply and change.reply.public),
        outcome_sought=change.outcome_sought,
        message_id=str(change.message_id) if change.message_id else None,
        routed_sequence=change.sequence,
    )
    terms, steps = promises.opening_terms(decision.policy, queue=decision.queue), promises.steps(decision.playbook)
    return open_work(opening, terms=terms, steps=steps, now=now)


def _begun(change: ComplaintRouted, entries: tuple[Entry, ...]) -> Held:
    return Held(
        complaint_id=change.complaint_id,
        state=fold(entries),
        routed_sequence=change.sequence,
        decision=change.decision,
        reply=change.reply,
    )


def _going_on(change: ComplaintRouted, held: Held, promises: Promises, *, now: datetime) -> tuple[Entry, ...]:
    match change.kind:
        case "opened":
            return ()
        case "joined" | "reopened":
            return _customer(change, held, promises, now=now)
        case "edited" | "removed":
            return message_changed(
                held.state,
                kind="message_edited" if change.kind == "edited" else "message_removed",
                message_id=str(change.message_id),
                at=change.at,
                routed_sequence=change.sequence,
            )
        case "transferred":
            return transferred(
                held.state,
                queue=change.decision.queue,
                by=change.by or "router",
                reason=change.reason,
                at=change.at,
                routed_sequence=change.sequence,
            )
        case "recategorised":
            return recategorised(
                held.state,
                category=change.decision.category,
                subcategory=change.decision.subcategory,
                severity=change.decision.severity,
                priority=change.decision.priority,
                by=change.by or "router",
                reason=change.reason,
                at=change.at,
                routed_sequence=change.sequence,
            )


def _customer(change: ComplaintRouted, held: Held, promises: Promises, *, now: datetime) -> tuple[Entry, ...]:
    wrote = customer_reopened if change.kind == "reopened" else customer_wrote
    entries = wrote(
        held.state,
        message_id=str(change.message_id),
        at=change.at,
        routed_sequence=change.sequence,
        terms=promises.terms(held.state),
        now=now,
    )
    if change.automatic is None:
        return entries
    # A robot's answer is kept, but it does not end our waiting and does not open again what was resolved.
    return tuple(entry for entry in entries if entry.kind == "message")


def _reply(known: ReplyAddress | None, latest: ReplyAddress | None) -> ReplyAddress | None:
    """Return where answers go: the thread of the latest message, but never to another contact point."""
    if known is None or latest is None:
        return known or latest
    same = (known.account, known.channel, known.to) == (latest.account, latest.channel, latest.to)
    return latest if same else known
