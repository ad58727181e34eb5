"""What a batch has to know before it is filed: a constant number of statements, however many messages it holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.domain.correlation import Standing, thread_id
from shared.contracts.received import MessageReceived

# One Message-ID may stand in many mails (a robot's); a handful of complaints is enough to judge by.
_TIES_PER_THREAD = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintRow:
    """The locked row of a complaint that a batch may change."""

    complaint_id: UUID
    reference: str
    account: str
    channel: str
    received_at: datetime
    state: str
    ended_at: datetime | None
    sequence: int
    decision: int
    segment: str
    internal: bool
    outcome_sought: str | None
    participants: frozenset[UUID]

    @property
    def standing(self) -> Standing:
        """What correlation has to know of it."""
        return Standing(complaint_id=self.complaint_id, ended_at=self.ended_at, participants=self.participants)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Everything stored that the messages of a batch may have to do with."""

    filed: dict[UUID, UUID] = field(default_factory=dict)
    by_reference: dict[str, UUID] = field(default_factory=dict)
    by_thread: dict[str, list[UUID]] = field(default_factory=dict)
    by_conversation: dict[tuple[str, str], UUID] = field(default_factory=dict)
    complaints: dict[UUID, ComplaintRow] = field(default_factory=dict)


async def find(connection: AsyncConnection, messages: Sequence[MessageReceived], *, targets: Iterable[UUID]) -> Found:
    """Return what is stored, with every complaint that may change locked in the order of the ids.

    `targets` are the messages that edits and removals of the batch change.
    """
    found = Found()
    await _find_filed(connection, [*(m.message_id for m in messages), *targets], found)
    await _find_ties(connection, messages, found)
    related = {*found.filed.values(), *found.by_reference.values(), *found.by_conversation.values()}
    related.update(complaint for tied in found.by_thread.values() for complaint in tied)
    if related:
        await _lock(connection, sorted(related), found)
    return found


_FILED = """
    SELECT message_id, complaint_id FROM router.messages WHERE message_id = ANY($1::uuid[])
    UNION ALL
    SELECT change_id, complaint_id FROM router.message_changes c JOIN router.messages m USING (message_id)
    WHERE change_id = ANY($1::uuid[])
"""


async def _find_filed(connection: AsyncConnection, message_ids: list[UUID], found: Found) -> None:
    rows = await connection.exec_driver_sql(_FILED, (message_ids,))
    found.filed.update((row.message_id, row.complaint_id) for row in rows)


_TIES = f"""
    SELECT 'reference' AS kind, reference AS key, NULL AS more, complaint_id
    FROM router.complaints WHERE reference = ANY($1::text[])
    UNION ALL
    SELECT 'thread', t.thread_id, NULL, m.complaint_id FROM unnest($2::text[]) AS t (thread_id)
    CROSS JOIN LATERAL (
        SELECT complaint_id FROM router.messages m WHERE m.thread_id = t.thread_id
        ORDER BY received_at, message_id LIMIT {_TIES_PER_THREAD}
    ) m
    UNION ALL
    SELECT 'thread', thread_id, NULL, complaint_id FROM router.sent_messages WHERE thread_id = ANY($2::text[])
    UNION ALL
    SELECT 'conversation', account, conversation, complaint_id FROM router.conversations
    JOIN unnest($3::text[], $4::text[]) AS c (account, conversation) USING (account, conversation)
"""  # noqa: S608 - a number of ours


async def _find_ties(connection: AsyncConnection, messages: Sequence[MessageReceived], found: Found) -> None:
    references = {r for m in messages for r in (m.joins.token_reference, *m.joins.quoted) if r}
    threads = {thread_id(r) for m in messages for r in m.joins.references}
    talks = {(m.account, m.conversation) for m in messages if m.threaded}
    if not (references or threads or talks):
        return
    arguments = (list(references), list(threads), [t[0] for t in talks], [t[1] for t in talks])
    for row in await connection.exec_driver_sql(_TIES, arguments):
        if row.kind == "reference":
            found.by_reference[row.key] = row.complaint_id
        elif row.kind == "conversation":
            found.by_conversation[(row.key, row.more)] = row.complaint_id
        elif row.complaint_id not in (tied := found.by_thread.setdefault(row.key, [])):
            tied.append(row.complaint_id)


# Sorted before they are locked: two batches that share complaints then wait for each other and never deadlock.
_LOCK = """
    SELECT complaint_id, reference, account, channel, received_at, state, ended_at, sequence, decision, segment,
           internal, outcome_sought, participants
    FROM router.complaints WHERE complaint_id = ANY($1::uuid[]) ORDER BY complaint_id FOR UPDATE
"""


async def _lock(connection: AsyncConnection, complaint_ids: list[UUID], found: Found) -> None:
    for row in await connection.exec_driver_sql(_LOCK, (complaint_ids,)):
        values = row._asdict()
        values["participants"] = frozenset(values["participants"])
        found.complaints[row.complaint_id] = ComplaintRow(**values)


async def decisions_of(connection: AsyncConnection, complaints: Iterable[ComplaintRow]) -> dict[UUID, str]:
    """Return the decision in force of each complaint, as the JSON that was stored."""
    rows = list(complaints)
    if not rows:
        return {}
    statement = """
        SELECT complaint_id, body::text AS body FROM router.decisions
        JOIN unnest($1::uuid[], $2::integer[]) AS d (complaint_id, number) USING (complaint_id, number)
    """
    found = await connection.exec_driver_sql(statement, ([r.complaint_id for r in rows], [r.decision for r in rows]))
    return {row.complaint_id: row.body for row in found}


async def take_early(connection: AsyncConnection, waits_for: Sequence[str]) -> list[str]:
    """Take out the records that waited for any of these and return their contents."""
    statement = """
        DELETE FROM router.early_messages WHERE waits_for = ANY($1::text[]) RETURNING content::text AS content
    """
    return [row.content for row in await connection.exec_driver_sql(statement, (list(waits_for),))]
