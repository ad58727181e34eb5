"""Writes a batch: one statement for each table, however many rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.domain.correlation import JoinedBy, thread_of
from shared.contracts.parts import Decision
from shared.contracts.received import MessageReceived


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The decision in force on a complaint, its JSON, and the code of what is asked for."""

    decision: Decision
    body: str
    outcome_sought: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRow:
    """A complaint to insert."""

    message: MessageReceived
    party_id: UUID
    participants: Collection[UUID]
    verdict: Verdict
    state: str
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """A message to insert; `content` is the JSON that ingest announced."""

    message: MessageReceived
    complaint_id: UUID
    joined_by: JoinedBy
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """An edit or a removal to insert."""

    change: MessageReceived
    message_id: UUID
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedRow:
    """What a batch changes in a complaint that stood there before."""

    complaint_id: UUID
    sequence: int
    state: str
    ended_at: datetime | None
    participants: Collection[UUID]


_COMPLAINTS = """
    INSERT INTO router.complaints
        (complaint_id, reference, account, channel, party_id, received_at, state, progress, sequence, decision, queue,
         playbook, priority, policy, category, subcategory, severity, language, segment, internal, automatic,
         outcome_sought, transfers, bounced, participants)
    SELECT complaint_id, reference, account, channel, party_id, received_at, state, 0, sequence, 1, queue,
           playbook, priority, policy, category, subcategory, severity, language, segment, internal, automatic,
           outcome_sought, 0, false, string_to_array(participants, ',')::uuid[]
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::timestamptz[], $7::text[],
                $8::integer[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
                $15::text[], $16::text[], $17::text[], $18::boolean[], $19::text[], $20::text[], $21::text[])
        AS n (complaint_id, reference, account, channel, party_id, received_at, state, sequence, queue, playbook,
              priority, policy, category, subcategory, severity, language, segment, internal, automatic,
              outcome_sought, participants)
"""

# In one statement: leaving word for whoever watches for surges costs the batch no way to the database and back.
_DECISIONS = """
    WITH told AS (INSERT INTO router.unwatched (complaint_ids) VALUES ($1::uuid[]))
    INSERT INTO router.decisions (complaint_id, number, made_at, cause, rulebook, body)
    SELECT complaint_id, 1, $4, 'opened', rulebook, body
    FROM unnest($1::uuid[], $2::text[], $3::json[]) AS n (complaint_id, rulebook, body)
"""


async def insert_complaints(connection: AsyncConnection, rows: Sequence[OpenedRow], *, now: datetime) -> None:
    """Hold the complaints that the batch opened and their first decisions, and leave word that they are new."""
    if not rows:
        return
    messages, decisions = [r.message for r in rows], [r.verdict.decision for r in rows]
    ids = [m.complaint_id for m in messages]
    # Arrays of arrays must be of one length, which the participants are not: they travel as text.
    await connection.exec_driver_sql(_COMPLAINTS, (
        ids, [m.reference for m in messages], [m.account for m in messages], [m.channel for m in messages],
        [r.party_id for r in rows], [m.received_at for m in messages], [r.state for r in rows],
        [r.sequence for r in rows], [d.queue for d in decisions], [d.playbook for d in decisions],
        [d.priority for d in decisions], [d.policy for d in decisions], [d.category for d in decisions],
        [d.subcategory for d in decisions], [d.severity for d in decisions], [d.language for d in decisions],
        [m.segment for m in messages], [m.sender.internal for m in messages], [m.automatic for m in messages],
        [r.verdict.outcome_sought for r in rows], [_joined(r.participants) for r in rows],
    ))  # fmt: skip
    bodies = [r.verdict.body for r in rows]
    await connection.exec_driver_sql(_DECISIONS, (ids, [d.rulebook for d in decisions], bodies, now))


async def insert_messages(connection: AsyncConnection, rows: Sequence[MessageRow]) -> None:
    """Hold the messages, and leave word that they are to be searchable."""
    if not rows:
        return
    statement = """
        INSERT INTO router.messages (message_id, complaint_id, account, thread_id, received_at, joined_by, content)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::json[])
    """
    messages = [r.message for r in rows]
    ids = [m.message_id for m in messages]
    await connection.exec_driver_sql(statement, (
        ids, [r.complaint_id for r in rows], [m.account for m in messages], [thread_of(m) for m in messages],
        [m.received_at for m in messages], [r.joined_by for r in rows], [r.content for r in rows],
    ))  # fmt: skip
    await connection.exec_driver_sql("INSERT INTO router.unsearched (message_ids) VALUES ($1::uuid[])", (ids,))


async def insert_changes(connection: AsyncConnection, rows: Sequence[ChangeRow]) -> None:
    """Hold edits and removals beside the first words."""
    if not rows:
        return
    statement = """
        INSERT INTO router.message_changes (change_id, message_id, kind, at, content)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::json[])
    """
    changes = [r.change for r in rows]
    await connection.exec_driver_sql(statement, (
        [c.message_id for c in changes], [r.message_id for r in rows], [c.kind for c in changes],
        [c.sent_at or c.received_at for c in changes], [r.content for r in rows],
    ))  # fmt: skip
    await connection.exec_driver_sql(
        "INSERT INTO router.unsearched (message_ids) VALUES ($1::uuid[])", ([r.message_id for r in rows],)
    )


async def update_complaints(connection: AsyncConnection, rows: Sequence[JoinedRow]) -> None:
    """Hold what joining changed; the rows are locked by the batch already."""
    if not rows:
        return
    statement = """
        UPDATE router.complaints c
        SET sequence = n.sequence, state = n.state, ended_at = n.ended_at,
            participants = string_to_array(n.participants, ',')::uuid[]
        FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::timestamptz[], $5::text[])
            AS n (complaint_id, sequence, state, ended_at, participants)
        WHERE c.complaint_id = n.complaint_id
    """
    await connection.exec_driver_sql(statement, (
        [r.complaint_id for r in rows], [r.sequence for r in rows], [r.state for r in rows],
        [r.ended_at for r in rows], [_joined(r.participants) for r in rows],
    ))  # fmt: skip


def _joined(ids: Collection[UUID]) -> str:
    return ",".join(map(str, ids))
