"""Lets a candidate decide beside the rulebook in force: what it would decide otherwise is counted, and no more."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncEngine

from services.router.domain.comparing import Compared, Comparison
from services.router.store import shadows
from services.router.usecases.compare_decisions import terms_of
from services.router.usecases.deciding import ByRulebook, Judgement
from shared.contracts.parts import Decision
from shared.contracts.received import MessageReceived

logger = logging.getLogger(__name__)

FLUSH_EVERY_S = 2.0

_COMPARED = Counter("router_shadow_decisions_total", "Decisions made by a candidate, too.", ["queue"])


@dataclass(slots=True, kw_only=True)
class Shadow:
    """A candidate at its work; `number` is the line of the ledger that told to begin."""

    number: int
    candidate: ByRulebook
    counted: Comparison = field(default_factory=Comparison)

    async def flush(self, engine: AsyncEngine) -> None:
        """Add what was counted to the ledger, where the other workers add theirs."""
        counted, self.counted = self.counted, Comparison()
        if not counted.complaints + counted.unreadable:
            return
        try:
            async with engine.begin() as connection:
                held = await shadows.counted(connection, self.number)
                total = Comparison.of(held)
                total.include(counted)
                await shadows.count(connection, self.number, total.told())
        except BaseException:
            self.counted.include(counted)
            raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadowed:
    """Judges by the rulebook in force; the candidate is asked afterwards, and whatever it does changes nothing."""

    live: ByRulebook
    shadow: Shadow

    def __call__(self, message: MessageReceived, *, contacts: int = 1) -> Judgement:
        """Return the judgement of the rulebook in force."""
        said = self.live(message, contacts=contacts)
        try:
            other = self.shadow.candidate(message, contacts=contacts).decision
            self._count(message.reference, said.decision, other)
        except Exception as error:  # noqa: BLE001  a candidate may be no good: that is why it is only a candidate
            self.shadow.counted.unreadable += 1
            logger.warning("a candidate failed to decide", extra={"error_type": type(error).__name__})
        return said

    def _count(self, reference: str, was: Decision, other: Decision) -> None:
        present, candidate = self.live.rulebook, self.shadow.candidate.rulebook
        _COMPARED.labels("same" if was.queue == other.queue else "other").inc()
        self.shadow.counted.add(
            Compared(
                reference=reference,
                was=(was.queue, was.playbook, was.policy, was.priority),
                would_be=(other.queue, other.playbook, other.policy, other.priority),
                other_dates=terms_of(present, was.queue, was.policy) != terms_of(candidate, other.queue, other.policy),
            )
        )
