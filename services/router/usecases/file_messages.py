"""Files messages: joins them to complaints or opens new ones, decides, and announces, within one transaction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

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
from services.router.store.tables import messaging
from services.router.store.ties import insert_early, point_conversations, suggest_links
from services.router.usecases.announcing import announcement_of
from services.router.usecases.arrivals import Arrival, arrival_of, waits_for_complaint, waits_for_message
from services.router.usecases.batch import Batch
from services.router.usecases.deciding import Judge
from shared.contracts.parts import Decision
from shared.contracts.received import MessageReceived
from shared.messaging.outbox import announce

logger = logging.getLogger(__name__)

# Reading takes about 0.1 ms a message: after this many the event loop gets its turn, so that heartbeats go out.
_READ_AT_ONCE = 32


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
    batch.take_all(everything)
    verdicts = await _judge(connection, batch, rules)
    await _write(connection, batch, verdicts, now=now)
    await announce(connection, messaging, [announcement_of(e, batch=batch, verdicts=verdicts) for e in batch.events])
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


async def _judge(connection: AsyncConnection, batch: Batch, rules: Rules) -> dict[UUID, Verdict]:
    """Return the verdict on every complaint of the batch: as it was stored, or by the rulebook on those it opened."""
    stored = [batch.found.complaints[i] for i, work in batch.work.items() if work.opened_by is None]
    verdicts = {}
    for complaint_id, body in (await decisions_of(connection, stored)).items():
        decision = msgspec.json.decode(body, type=Decision)
        outcome_sought = batch.found.complaints[complaint_id].outcome_sought
        verdicts[complaint_id] = Verdict(decision=decision, body=body, outcome_sought=outcome_sought)
    opened = [(i, work.opened_by) for i, work in batch.work.items() if work.opened_by is not None]
    for number, (complaint_id, arrival) in enumerate(opened, start=1):
        said = rules.judge(arrival.message)
        body = msgspec.json.encode(said.decision).decode()
        verdicts[complaint_id] = Verdict(decision=said.decision, body=body, outcome_sought=said.outcome_sought)
        if number % _READ_AT_ONCE == 0:
            await asyncio.sleep(0)
    return verdicts


async def _write(connection: AsyncConnection, batch: Batch, verdicts: dict[UUID, Verdict], *, now: datetime) -> None:
    await point_conversations(connection, batch.moves)
    await insert_parties(connection, batch.parties, now=now)
    await insert_complaints(connection, _opened(batch, verdicts), now=now)
    await update_complaints(connection, _joined(batch))
    await insert_messages(connection, batch.messages)
    await insert_changes(connection, batch.changes)
    await suggest_links(connection, batch.suspected, now=now)
    await insert_early(connection, [(a.message.message_id, awaited, a.content) for a, awaited in batch.early], now=now)


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
