"""Keeping what other systems are to be told, in the transaction of what happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.domain.entries import Entry
from services.responder.domain.webhook_bodies import TYPES, facts, narrative, told
from services.responder.domain.webhooks import FILTERS
from services.responder.domain.work import WorkState
from services.responder.store import webhook_events, webhook_subscriptions
from services.responder.store.webhook_events import WebhookEvent
from shared.contracts.parts import Decision
from shared.ids import event_id

_SENT: Final = ("acknowledged", "reply_sent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An entry and the state right after it."""

    complaint_id: UUID
    entry: Entry
    state: WorkState
    decision: Decision


async def keep(connection: AsyncConnection, happenings: Iterable[Happening], *, now: datetime) -> None:
    """Keep what happened for the systems that have a subscription; where there is none, nothing is even computed."""
    anybody, with_narrative = await webhook_subscriptions.wanted(connection)
    if not anybody:
        return
    told_of = [one for one in happenings if one.entry.kind in TYPES]
    texts = await _texts(connection, told_of) if with_narrative else {}
    events = [_event(one, texts, with_narrative=with_narrative, now=now) for one in told_of]
    await webhook_events.add(connection, events)


async def _texts(connection: AsyncConnection, happenings: Sequence[Happening]) -> dict[UUID, str]:
    sent = [UUID(one.entry.data["outbound_id"]) for one in happenings if one.entry.kind in _SENT]
    return await webhook_events.texts(connection, sent) if sent else {}


def _event(one: Happening, texts: dict[UUID, str], *, with_narrative: bool, now: datetime) -> WebhookEvent:
    name = event_id("webhook", one.complaint_id, one.entry.seq)
    body = told(one.entry, one.state, event_id=name, complaint_id=one.complaint_id, decision=one.decision)
    narrated = None
    if with_narrative:
        text = texts.get(UUID(one.entry.data["outbound_id"])) if one.entry.kind in _SENT else None
        data = msgspec.structs.replace(body.data, narrative=narrative(one.entry, text=text))
        narrated = msgspec.json.encode(msgspec.structs.replace(body, data=data))
    return WebhookEvent(
        event_id=name,
        subject_id=one.complaint_id,
        sequence=one.entry.seq,
        type=body.type,
        reference=one.state.reference,
        facts=facts(one.entry, one.state, names=FILTERS),
        at=one.entry.at,
        created_at=now,
        body=msgspec.json.encode(body),
        narrative_body=narrated,
    )
