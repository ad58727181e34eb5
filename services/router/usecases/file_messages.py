"""Files messages: joins them to complaints or opens new ones, decides, and announces, within one transaction."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.domain.repeats import Opening, contacts
from services.router.store.filing import (
    JoinedRow,
    OpenedRow,
    Verdict,
    insert_changes,
    insert_complaints,
    insert_messages,
    update_complaints,
)
from services.router.store.lookups import decisions_of, find, take_early
from services.router.store.parties import insert_parties
from services.router.store.repeats import earlier_complaints
from services.router.store.tables import messaging
from services.router.store.ties import insert_early, point_conversations, suggest_links
from services.router.usecases.announcing import announcement_of
from services.router.usecases.arrivals import Arrival, arrival_of, waits_for_complaint, waits_for_message
from services.router.usecases.batch import Batch
from services.router.usecases.counting import count
from services.router.usecases.deciding import Judge
from services.router.usecases.turns import beside, in_turns
from shared.contracts.parts import Decision
from shared.contracts.received import MessageReceived
from shared.messaging.outbox import Announcement, announce

logger = logging.getLogger(__name__)

# After this many the event loop gets its turn: heartbeats go out, and the next statement starts.
_READ_AT_ONCE = 8
_TOLD_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the rulebook in force says of messages: the judgement on one that opens a complaint, and how they join."""

    judge: Judge
    reopen_within: timedelta
    quoted_references: bool = True


async def file_messages(
    connection: AsyncConnection, arrivals: Sequence[Arrival], *, rules: Rules, now: datetime
) -> None:
    """Hold every message with its complaint and announce what became of it; a message known before changes nothing."""
    everything = [*arrivals, *await _released(connection, arrivals)]
    targets = [a.target for a in everything if a.target is not None]
    found = await find(connection, [a.message for a in everything], targets=targets)
    batch = Batch(found=found, reopen_within=rules.reopen_within, quoted_references=rules.quoted_references)
    await batch.take_all(everything)
    verdicts = await _stored_verdicts(connection, batch)
    counted = await _contacts(connection, batch)
    # PostgreSQL writes what hangs on no verdict while the rulebook is asked for one: each has a core of its own.
    await beside(_write_said(connection, batch, now=now), _judge(batch, rules, verdicts, counted))
    announcements: list[Announcement] = []
    await beside(_write_complaints(connection, batch, verdicts, now=now), _tell(batch, verdicts, announcements))
    await announce(connection, messaging, announcements)
    count(batch)
    logger.info(
        "messages were filed",
        extra={"messages": len(batch.messages), "changes": len(batch.changes), "early": len(batch.early)},
    )


async def _released(connection: AsyncConnection, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Take out what waited for these messages, and what waited for that in turn."""
    released: list[Arrival] = []
    newest = arrivals
    while newest:
        awaited = [waits_for_message(a.message.message_id) for a in newest]
        awaited += [waits_for_complaint(a.message.reference) for a in newest]
        contents = await take_early(connection, awaited)
        newest = [arrival_of(msgspec.json.decode(c, type=MessageReceived), c) for c in contents]
        released += newest
    return released


async def _stored_verdicts(connection: AsyncConnection, batch: Batch) -> dict[UUID, Verdict]:
    """Return the verdicts on those complaints of the batch that stood there before."""
    stored = [batch.found.complaints[i] for i, work in batch.work.items() if work.opened_by is None]
    verdicts = {}
    for complaint_id, body in (await decisions_of(connection, stored)).items():
        decision = msgspec.json.decode(body, type=Decision)
        outcome_sought = batch.found.complaints[complaint_id].outcome_sought
        verdicts[complaint_id] = Verdict(decision=decision, body=body, outcome_sought=outcome_sought)
    return verdicts


async def _contacts(connection: AsyncConnection, batch: Batch) -> dict[UUID, int]:
    """Return how many complaints each opened one makes of whoever opened it; a robot's are not counted."""
    openings = [
        Opening(
            complaint_id=complaint_id,
            received_at=work.opened_by.message.received_at,
            points=work.opened_by.party.point_ids,
        )
        for complaint_id, work in batch.work.items()
        if work.opened_by is not None and work.opened_by.message.automatic is None
    ]
    return contacts(openings, stored=await earlier_complaints(connection, openings))


async def _judge(
    batch: Batch, rules: Rules, verdicts: dict[UUID, Verdict], counted: Mapping[UUID, int]
) -> None:  # fmt: skip
    """Add the verdicts on those complaints that the batch opens."""
    opened = [(i, work.opened_by) for i, work in batch.work.items() if work.opened_by is not None]
    async for complaint_id, arrival in in_turns(opened, at_once=_READ_AT_ONCE):
        said = rules.judge(arrival.message, contacts=counted.get(complaint_id, 1))
        body = msgspec.json.encode(said.decision).decode()
        verdicts[complaint_id] = Verdict(decision=said.decision, body=body, outcome_sought=said.outcome_sought)


async def _tell(batch: Batch, verdicts: dict[UUID, Verdict], announcements: list[Announcement]) -> None:
    async for event in in_turns(batch.events, at_once=_TOLD_AT_ONCE):
        announcements.append(announcement_of(event, batch=batch, verdicts=verdicts))


async def _write_said(connection: AsyncConnection, batch: Batch, *, now: datetime) -> None:
    await point_conversations(connection, batch.moves)
    await insert_parties(connection, batch.parties, now=now)
    await insert_messages(connection, batch.messages)
    await insert_changes(connection, batch.changes)
    await suggest_links(connection, batch.suspected, now=now)
    await insert_early(connection, [(a.message.message_id, awaited, a.content) for a, awaited in batch.early], now=now)


async def _write_complaints(
    connection: AsyncConnection, batch: Batch, verdicts: dict[UUID, Verdict], *, now: datetime
) -> None:
    await insert_complaints(connection, _opened(batch, verdicts), now=now)
    await update_complaints(connection, _joined(batch))


def _opened(batch: Batch, verdicts: dict[UUID, Verdict]) -> list[OpenedRow]:
    return [
        OpenedRow(
            message=work.opened_by.message,
            party_id=work.opened_by.party.party_id,
            participants=work.standing.participants,
            verdict=verdicts[complaint_id],
            state=work.state,
            sequence=work.sequence,
        )
        for complaint_id, work in batch.work.items()
        if work.opened_by is not None
    ]


def _joined(batch: Batch) -> list[JoinedRow]:
    return [
        JoinedRow(
            complaint_id=complaint_id,
            sequence=work.sequence,
            state=work.state,
            ended_at=work.standing.ended_at,
            participants=work.standing.participants,
        )
        for complaint_id, work in batch.work.items()
        if work.opened_by is None
    ]
