"""Messages to tell stories with, a desk that files them as the consumer does, and what is on file afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.router.consumers.progress import learn_progress
from services.router.consumers.received import FileReceived
from services.router.store.tables import messaging
from services.router.usecases.deciding import Judgement
from services.router.usecases.file_messages import Rules
from shared import ids
from shared.contracts.parts import Because, Decision, ReplyAddress, Sender
from shared.contracts.progress import ComplaintProgress, ComplaintState, ProgressKind
from shared.contracts.received import JoinHints, MessageReceived
from shared.contracts.routed import ComplaintRouted
from shared.messaging.inbox import admit
from shared.messaging.records import Record

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
REOPEN_WITHIN = timedelta(days=14)


def judge(message: MessageReceived, *, contacts: int = 1) -> Judgement:
    """Judge as plainly as can be: what is filed where does not hang on what the words mean."""
    decision = Decision(
        queue="logistics", playbook="latte", priority="P3", policy="retail.default", category="delivery",
        subcategory=None, severity="S3", language=message.language or "en", signals=(), rulebook="test.1",
        because=Because(rule="all", condition="true", facts={"category": "delivery", "contacts": contacts}),
    )  # fmt: skip
    return Judgement(decision=decision, outcome_sought=None)


RULES = Rules(judge=judge, reopen_within=REOPEN_WITHIN)


def said(
    text_: str, *, id_: str, by: str = "anna@example.test", account: str = "care", after: float = 0.0,
    channel: str = "email", **fields: Any,
) -> MessageReceived:  # fmt: skip
    """Return a mail of one sender, `after` seconds past noon; `fields` change what a story needs otherwise."""
    message_id = ids.message_id(account=account, provider_message_id=id_)
    complaint_id = ids.complaint_id(message_id)
    values: dict[str, Any] = {
        "message_id": message_id,
        "complaint_id": complaint_id,
        "reference": ids.reference(complaint_id),
        "account": account,
        "channel": channel,
        "conversation": by,
        "provider_message_id": id_,
        "received_at": NOON + timedelta(seconds=after),
        "sender": Sender(email=by) if "@" in by else Sender(phone=by, verified=("phone",)),
        "reply": ReplyAddress(account=account, channel=channel, to=by, thread={"message_id": f"<{id_}>"}),
        "text": text_,
    }
    return MessageReceived(**(values | fields))


def chatted(text_: str, *, id_: str, by: str = "393331234567", **fields: Any) -> MessageReceived:
    """Return a line of a chat."""
    values: dict[str, Any] = {"account": "chat", "channel": "whatsapp", "threaded": True}
    return said(text_, id_=id_, by=by, **(values | fields))


def with_token(message: MessageReceived, of: MessageReceived) -> MessageReceived:
    """Return the message with a reply token of another's complaint, verified."""
    return msgspec.structs.replace(message, joins=JoinHints(token_reference=of.reference))


def quoting(message: MessageReceived, of: MessageReceived) -> MessageReceived:
    """Return the message with another's reference in its text."""
    return msgspec.structs.replace(message, joins=JoinHints(quoted=(of.reference,)))


def answering(message: MessageReceived, message_id: str) -> MessageReceived:
    """Return the message with a Message-ID in its References."""
    return msgspec.structs.replace(message, joins=JoinHints(references=(message_id,)))


def changed(target: MessageReceived, kind: str, text_: str = "", *, id_: str, after: float) -> MessageReceived:
    """Return the edit or the removal of a message."""
    return said(
        text_, id_=id_, by=target.conversation, account=target.account, channel=target.channel, after=after,
        kind=kind, edits=target.provider_message_id, sender=target.sender, threaded=target.threaded,
    )  # fmt: skip


def told(
    message: MessageReceived, kind: ProgressKind, *, state: ComplaintState, sequence: int, after: float, **fields: Any
) -> Record:
    """Return the record of what the responder tells of the complaint that a message opened."""
    progress = ComplaintProgress(
        event_id=ids.event_id("progress", message.complaint_id, sequence), complaint_id=message.complaint_id,
        reference=message.reference, sequence=sequence, kind=kind, at=NOON + timedelta(seconds=after), state=state,
        **fields,
    )  # fmt: skip
    return Record(
        event_id=progress.event_id, topic=progress.TOPIC, partition=0, offset=sequence, key=str(message.complaint_id),
        type=progress.TYPE, time=progress.at, body=msgspec.json.encode(progress),
    )  # fmt: skip


def record_of(message: MessageReceived) -> Record:
    """Return the message as Kafka brings it."""
    return Record(
        event_id=message.message_id, topic=message.TOPIC, partition=0, offset=0,
        key=f"{message.account}:{message.conversation}", type=message.TYPE, time=message.received_at,
        body=msgspec.json.encode(message),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Files messages on a real database, each batch in one transaction behind the inbox, as the consumer does."""

    engine: AsyncEngine
    rules: Rules = RULES

    async def file(self, *messages: MessageReceived, now: datetime = NOON) -> None:
        """Settle one batch of messages."""
        async with self.engine.begin() as connection:
            fresh = await admit(connection, messaging, [record_of(m) for m in messages], now=now)
            if fresh:
                await FileReceived(lambda: self.rules)(connection, fresh, now=now)

    async def learn(self, *records: Record) -> None:
        """Settle one batch of progress."""
        async with self.engine.begin() as connection:
            await learn_progress(connection, await admit(connection, messaging, records, now=NOON), now=NOON)

    async def rows(self, statement: str, **values: Any) -> Sequence[Any]:
        """Return the rows of a query."""
        async with self.engine.connect() as connection:
            return (await connection.execute(text(statement), values)).all()

    async def filed(self) -> dict[UUID, set[UUID]]:
        """Return which messages stand in which complaint."""
        found: dict[UUID, set[UUID]] = {}
        for row in await self.rows("SELECT complaint_id, message_id FROM router.messages"):
            found.setdefault(row.complaint_id, set()).add(row.message_id)
        complaints = {row.complaint_id for row in await self.rows("SELECT complaint_id FROM router.complaints")}
        assert complaints == set(found), "every complaint has a message, every message a complaint"
        return found

    async def announced(self) -> list[ComplaintRouted]:
        """Return what was announced, in its order."""
        rows = await self.rows("SELECT body FROM router.outbox WHERE topic = 'complaints.routed.v1' ORDER BY seq")
        return [msgspec.json.decode(row.body, type=ComplaintRouted) for row in rows]

    async def links(self) -> set[tuple[UUID, UUID, str]]:
        """Return the links: (complaint, other, state)."""
        rows = await self.rows("SELECT complaint_id, other_id, state FROM router.links")
        return {(row.complaint_id, row.other_id, row.state) for row in rows}
