"""Deciding on acknowledgements: sent where it can be and is complete, else withheld, with the reason."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.domain.acknowledgement import Composed, compose_acknowledgement
from services.responder.domain.acknowledging import acknowledgement_queued, acknowledgement_withheld
from services.responder.domain.facts import AcknowledgementFacts, Form, facts_of
from services.responder.store import automatic_contacts
from services.responder.store.outbound import Outbound
from services.responder.store.work import Held
from services.responder.usecases.changes import Journal
from services.responder.usecases.promises import Promises
from shared.channel.port import Channel, Sends
from shared.contracts.parts import ReplyAddress
from shared.contracts.routed import ComplaintRouted
from shared.ids import event_id

_WITHHELD = Counter("acknowledgements_withheld_total", "Acknowledgements that were not sent.", ["reason"])
_AT_ONCE: Final = 25
"""So many are composed before others may run: a batch of 500 would hold the loop for half a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """An acknowledgement that may go out; `contact` is whom it would reach, as a digest."""

    held: Held
    reply: ReplyAddress
    composed: Composed
    contact: bytes
    traceparent: str | None


class Acknowledging:
    """Decides for every complaint that begins."""

    def __init__(self, *, promises: Promises, channels: dict[str, Channel], organisation: str) -> None:
        self._promises = promises
        self._channels = channels
        self._organisation = organisation

    async def decide(
        self,
        connection: AsyncConnection,
        opened: Sequence[ComplaintRouted],
        journal: Journal,
        *,
        traces: Mapping[UUID, str | None],
        now: datetime,
    ) -> list[Outbound]:
        """Record each decision in the journal and return the messages to queue."""
        ready: list[_Ready] = []
        for number, change in enumerate(opened, 1):
            held = journal.held(change.complaint_id)
            if held is not None:
                ready += self._prepared(held, change, journal, traceparent=traces.get(change.event_id), now=now)
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
        granted = (
            await automatic_contacts.claim(connection, [one.contact for one in ready], now=now) if ready else set()
        )
        messages = []
        for one in ready:
            if one.contact in granted:
                granted.discard(one.contact)
                messages.append(_queued(one, journal, now=now))
            else:
                _withhold(one.held, journal, reasons=["acknowledged_lately"], owed=False, now=now)
        return messages

    def _prepared(
        self, held: Held, change: ComplaintRouted, journal: Journal, *, traceparent: str | None, now: datetime
    ) -> list[_Ready]:
        """Return the acknowledgement if it may go out; withhold it otherwise."""
        sends = self._way_back(change.reply)
        obstacle = _obstacle(change, sends)
        if obstacle or sends is None or change.reply is None:
            _withhold(held, journal, reasons=[obstacle or "no_reply_address"], owed=False, now=now)
            return []
        form = _form(sends, change.reply)
        templates = self._promises.rulebook.templates
        composed = compose_acknowledgement(self._facts(held, change.reply, now=now), templates=templates, form=form)
        if composed.findings:
            reasons = list(dict.fromkeys(finding.code for finding in composed.findings))
            _withhold(held, journal, reasons=reasons, owed=True, now=now)
            return []
        contact = _contact(change.reply, held)
        return [_Ready(held=held, reply=change.reply, composed=composed, contact=contact, traceparent=traceparent)]

    def _way_back(self, reply: ReplyAddress | None) -> Sends | None:
        channel = self._channels.get(reply.channel) if reply else None
        return channel.sends if channel else None

    def _facts(self, held: Held, reply: ReplyAddress, *, now: datetime) -> AcknowledgementFacts:
        rulebook, state = self._promises.rulebook, held.state
        return facts_of(
            state,
            taxonomy=rulebook.taxonomy,
            queues=self._promises.queues_file,
            terms=self._promises.terms(state),
            language=rulebook.templates.language_for(state.language),
            organisation=self._organisation,
            personal=(reply.to,),
            now=now,
        )


def _obstacle(change: ComplaintRouted, sends: Sends | None) -> str | None:
    if change.automatic is not None:
        return "automatic_mail"
    if change.reply is None:
        return "no_reply_address"
    return "channel_cannot_send" if sends is None else None


def _form(sends: Sends, reply: ReplyAddress) -> Form:
    if reply.public or sends.public:
        return "public"
    return "long" if sends.max_length is None else "short"


def _contact(reply: ReplyAddress, held: Held) -> bytes:
    """Return a digest of the sender and the thread; where the channel knows no thread, of the complaint."""
    references = reply.thread.get("references", "").split()
    thread = references[0] if references else reply.thread.get("message_id", str(held.complaint_id))
    return hashlib.blake2b("\x00".join((reply.account, reply.to.lower(), thread)).encode(), digest_size=16).digest()


def _withhold(held: Held, journal: Journal, *, reasons: list[str], owed: bool, now: datetime) -> None:
    journal.add(held, acknowledgement_withheld(held.state, reasons=reasons, owed=owed, now=now))
    for reason in reasons:
        _WITHHELD.labels(reason).inc()


def _queued(ready: _Ready, journal: Journal, *, now: datetime) -> Outbound:
    held, composed = ready.held, ready.composed
    outbound_id = event_id("acknowledgement", held.complaint_id)
    journal.add(held, acknowledgement_queued(held.state, outbound_id=str(outbound_id), now=now))
    return Outbound(
        outbound_id=outbound_id,
        complaint_id=held.complaint_id,
        reference=held.state.reference,
        kind="acknowledgement",
        account=ready.reply.account,
        reply=ready.reply,
        subject=composed.subject,
        text=composed.text,
        by="system",
        created_at=now,
        ready_at=now,
        traceparent=ready.traceparent,
    )
