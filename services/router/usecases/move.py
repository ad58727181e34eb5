"""Transfers complaints and corrects what they are about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import structs
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.router.domain.masking import masked
from services.router.domain.routing import contacts_told
from services.router.store.moving import insert_correction, insert_transfer, put_decision, queues_left
from services.router.store.showing import complaint_by, decision_of, opening_message
from services.router.store.tables import messaging
from services.router.usecases.announcing import announced
from services.router.usecases.refusals import Conflict, Invalid, NotFound
from services.router.usecases.rulebook_shelf import RulebookShelf
from shared.clock import Clock
from shared.contracts.parts import Decision, Evidence
from shared.contracts.received import MessageReceived
from shared.contracts.routed import ComplaintRouted, RoutedKind
from shared.ids import event_id
from shared.messaging.outbox import announce
from shared.rulebook.mends import closest
from shared.telemetry.trace import current_traceparent


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """What staff may do to where a complaint lies and what it counts as."""

    engine: AsyncEngine
    clock: Clock
    shelf: RulebookShelf

    async def transfer(self, reference: str, *, queue: str, reason: str, by: str) -> None:
        """Give the complaint to another queue; its clocks, playbook and policy stay."""
        queues = self.shelf.rulebook.queues
        reason = self._masked(reason)
        if queue not in queues:
            raise Invalid("/queue", f"no such queue; {closest(queue, queues)}")
        now = self.clock.now()
        async with self.engine.begin() as connection:
            complaint = await self._lock(connection, reference)
            if complaint["queue"] == queue:
                raise Conflict("the complaint lies in this queue already")
            before = await _decision(connection, complaint)
            transfer = await _transferred(connection, complaint, queue, reason=reason, by=by, now=now)
            decision = structs.replace(before, queue=queue)
            sequence = complaint["sequence"] + 1
            await put_decision(
                connection, complaint, decision, cause="transferred", now=now, sequence=sequence, **transfer
            )
            event = _event(complaint, "transferred", sequence, decision, now=now, by=by, reason=reason)
            await _announce(connection, event)

    async def correct(self, reference: str, *, category: str, subcategory: str | None, reason: str, by: str) -> None:
        """Let a person say what the complaint is about: the rulebook decides again by that."""
        judge, reason = self.shelf.judge, self._masked(reason)
        self._known(category, subcategory)
        now = self.clock.now()
        async with self.engine.begin() as connection:
            complaint = await self._lock(connection, reference)
            if (complaint["category"], complaint["subcategory"]) == (category, subcategory):
                raise Conflict("the complaint is filed under this already")
            content = await opening_message(connection, complaint["complaint_id"])
            message = msgspec.json.decode(content, type=MessageReceived)
            contacts = contacts_told(await _decision(connection, complaint))
            said = judge.corrected(message, category=category, subcategory=subcategory, contacts=contacts)
            decision = _said_by_staff(said.decision)
            await self._put_corrected(connection, complaint, decision, reason=reason, by=by, now=now)

    async def _put_corrected(
        self, connection: AsyncConnection, complaint: RowMapping, decision: Decision, *,
        reason: str, by: str, now: datetime,
    ) -> None:  # fmt: skip
        sequence = complaint["sequence"] + 1
        events = [_event(complaint, "recategorised", sequence, decision, now=now, by=by, reason=reason)]
        transfer = {}
        if decision.queue != complaint["queue"]:
            # Told apart: who follows transfers need not know that a correction may make one.
            transfer = await _transferred(connection, complaint, decision.queue, reason=reason, by=by, now=now)
            sequence += 1
            events.append(_event(complaint, "transferred", sequence, decision, now=now, by=by, reason=reason))
        number = await put_decision(
            connection, complaint, decision, cause="recategorised", now=now, sequence=sequence, **transfer
        )
        await insert_correction(connection, {
            "complaint_id": complaint["complaint_id"], "decision": number, "at": now, "by": by, "reason": reason,
            "from_category": complaint["category"], "from_subcategory": complaint["subcategory"],
            "to_category": decision.category, "to_subcategory": decision.subcategory, "rulebook": decision.rulebook,
        })  # fmt: skip
        await _announce(connection, *events)

    def _masked(self, reason: str) -> str:
        """Staff quote customers, and reasons travel in events."""
        return masked(reason, shapes=self.shelf.rulebook.taxonomy.entities)

    def _known(self, category: str, subcategory: str | None) -> None:
        categories = self.shelf.rulebook.taxonomy.categories
        if category not in categories:
            raise Invalid("/category", f"no such category; {closest(category, categories)}")
        within = categories[category].subcategories
        if subcategory is not None and subcategory not in within:
            raise Invalid("/subcategory", f"no such subcategory of {category}; {closest(subcategory, within)}")

    async def _lock(self, connection: AsyncConnection, reference: str) -> RowMapping:
        complaint = await complaint_by(connection, reference, lock=True)
        if complaint is None:
            raise NotFound("no complaint has this reference")
        if complaint["state"] == "closed":
            raise Conflict("the complaint is closed; re-open it first")
        return complaint


async def _transferred(
    connection: AsyncConnection, complaint: RowMapping, queue: str, *, reason: str, by: str, now: datetime
) -> dict[str, Any]:
    """Hold a transfer; return what it changes in the complaint's row."""
    complaint_id: UUID = complaint["complaint_id"]
    back = queue in await queues_left(connection, complaint_id)
    number = complaint["transfers"] + 1
    await insert_transfer(connection, {
        "complaint_id": complaint_id, "number": number, "at": now, "by": by, "from_queue": complaint["queue"],
        "to_queue": queue, "reason": reason, "back_and_forth": back,
    })  # fmt: skip
    return {"transfers": number, "bounced": complaint["bounced"] or back}


async def _decision(connection: AsyncConnection, complaint: RowMapping) -> Decision:
    body = await decision_of(connection, complaint["complaint_id"], complaint["decision"])
    return msgspec.json.decode(body, type=Decision)


def _said_by_staff(decision: Decision) -> Decision:
    evidence = (Evidence(fact="category", words=("corrected by staff",)), *decision.because.evidence)
    return structs.replace(decision, because=structs.replace(decision.because, evidence=evidence))


def _event(
    complaint: RowMapping, kind: RoutedKind, sequence: int, decision: Decision, *, now: datetime, by: str, reason: str
) -> ComplaintRouted:
    moved = complaint["queue"] != decision.queue
    return ComplaintRouted(
        event_id=event_id("routed", complaint["complaint_id"], kind, sequence),
        complaint_id=complaint["complaint_id"], reference=complaint["reference"], sequence=sequence, kind=kind, at=now,
        received_at=complaint["received_at"], account=complaint["account"], channel=complaint["channel"],
        decision=decision, outcome_sought=complaint["outcome_sought"], segment=complaint["segment"],
        internal=complaint["internal"], previous_queue=complaint["queue"] if moved else None, by=by, reason=reason,
    )  # fmt: skip


async def _announce(connection: AsyncConnection, *events: ComplaintRouted) -> None:
    traceparent = current_traceparent()
    told = [announced(event, time=event.at, traceparent=traceparent) for event in events]
    await announce(connection, messaging, told)
