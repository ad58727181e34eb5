"""The desk: everything that an agent does to a complaint, one method a deed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.domain import actions, outcomes, steps
from services.responder.domain.telling import tell
from services.responder.domain.terms import Terms
from services.responder.domain.work import WorkState
from services.responder.store.work import Held
from services.responder.usecases.act import Command, act
from services.responder.usecases.promises import Promises
from services.responder.usecases.receipts import VendorReceipt, note_receipt
from services.responder.usecases.reply import AskedReply, send_reply
from shared.channel.port import Channel
from shared.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a complaint is resolved, as an agent writes it; codes of the taxonomy and a summary of one's own."""

    outcome: str | None
    root_cause: str | None
    redress: Sequence[str]
    summary: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Each method returns the complaint after the deed; `by` is who does it."""

    engine: AsyncEngine
    promises: Promises
    channels: dict[str, Channel]
    clock: Clock

    async def claim(self, reference: str, *, owner: str, by: str) -> Held:
        """Make somebody the one owner."""
        now = self.clock.now()
        return await self._act(reference, lambda s: actions.claim(s, owner=owner, by=by, now=now), now)

    async def release(self, reference: str, *, by: str) -> Held:
        """Leave it to the queue."""
        now = self.clock.now()
        return await self._act(reference, lambda s: actions.release(s, by=by, now=now), now)

    async def wait(self, reference: str, *, reason: str, until: datetime, ground: str | None, by: str) -> Held:
        """Wait for the customer, or on another ground that the policy knows."""
        now = self.clock.now()
        return await self._act(
            reference,
            lambda s: actions.wait(s, reason=reason, until=until, ground=ground, terms=self._terms(s), by=by, now=now),
            now,
        )

    async def tell(self, reference: str, *, what: str, at: datetime | None, by: str) -> Held:
        """Record what happened elsewhere, just now where no instant is given."""
        now = self.clock.now()
        return await self._act(
            reference, lambda s: tell(s, what=what, at=at or now, terms=self._terms(s), by=by, now=now), now
        )

    async def resume(self, reference: str, *, reason: str, by: str) -> Held:
        """Wait no longer."""
        now = self.clock.now()
        return await self._act(
            reference, lambda s: actions.resume(s, reason=reason, terms=self._terms(s), by=by, now=now), now
        )

    async def extend(self, reference: str, *, clock: str, reason: str, until: datetime, by: str) -> Held:
        """Move a clock's date."""
        now = self.clock.now()
        return await self._act(
            reference,
            lambda s: actions.extend(s, clock=clock, reason=reason, until=until, terms=self._terms(s), by=by, now=now),
            now,
        )

    async def resolve(self, reference: str, ending: Ending, *, by: str) -> Held:
        """Record how it ended and why it arose."""
        now = self.clock.now()
        return await self._act(
            reference,
            lambda s: outcomes.resolve(
                s,
                outcome=ending.outcome,
                root_cause=ending.root_cause,
                redress=ending.redress,
                summary=ending.summary,
                vocabulary=self.promises.vocabulary,
                terms=self._terms(s),
                by=by,
                now=now,
            ),
            now,
        )

    async def reopen(self, reference: str, *, reason: str, by: str) -> Held:
        """Open it again."""
        now = self.clock.now()
        words = self.promises.vocabulary
        return await self._act(
            reference,
            lambda s: outcomes.reopen(s, reason=reason, terms=self._terms(s), vocabulary=words, by=by, now=now),
            now,
        )

    async def close(self, reference: str, *, by: str) -> Held:
        """Close what is resolved."""
        now = self.clock.now()
        return await self._act(reference, lambda s: outcomes.close(s, by=by, now=now), now)

    async def set_step(
        self,
        reference: str,
        *,
        step: str,
        to: Literal["done", "skipped"],
        evidence: str | None,
        reason: str | None,
        by: str,
    ) -> Held:
        """Settle a step of the playbook."""
        now = self.clock.now()
        return await self._act(
            reference,
            lambda s: steps.set_step(s, step=step, to=to, evidence=evidence, reason=reason, by=by, now=now),
            now,
        )

    async def reply(self, reference: str, asked: AskedReply) -> UUID:
        """Queue a reply and return the message's id."""
        return await send_reply(self.engine, reference, asked, channels=self.channels, now=self.clock.now())

    async def note(self, receipt: VendorReceipt) -> bool:
        """Record what a vendor tells of a message of ours; False where it is not one."""
        return await note_receipt(self.engine, receipt, now=self.clock.now())

    async def _act(self, reference: str, command: Command, now: datetime) -> Held:
        return await act(self.engine, reference, command, now=now)

    def _terms(self, state: WorkState) -> Terms:
        return self.promises.terms(state)
