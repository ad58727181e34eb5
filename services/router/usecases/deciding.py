"""Judges messages and corrected complaints by the rulebook in force."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Protocol

from prometheus_client import Counter

from services.router.domain.asking import rules_of
from services.router.domain.lexicon import lexicons_of
from services.router.domain.named import Named
from services.router.domain.own_words import without_footer, without_quotes
from services.router.domain.reading import Reading, read, recategorised
from services.router.domain.routing import RoutableComplaint, decide
from services.router.usecases.in_force import with_policy_in_force
from services.router.usecases.learned import ByClassifier
from shared.contracts.parts import Decision
from shared.contracts.received import MessageReceived
from shared.rulebook.load import Rulebook

logger = logging.getLogger(__name__)

_FAILED_RULES = Counter("router_failed_rules_total", "Rules that raised and were skipped.", ["rule", "error"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the rulebook says of a complaint; `outcome_sought` is its code, never the customer's own words."""

    decision: Decision
    outcome_sought: str | None


class Judge(Protocol):
    """Says what becomes of a message that opens a complaint."""

    def __call__(self, message: MessageReceived, *, contacts: int = 1) -> Judgement:
        """Return the judgement; never raises for what a customer may write.

        `contacts` counts the sender's complaints of the last thirty days, this one included.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ByRulebook:
    """Judges by one rulebook; where a classifier is given and sure, by its category instead of the lexicon's."""

    rulebook: Rulebook
    classifier: ByClassifier | None = None

    def make_ready(self) -> None:
        """Compile words and rules, so that the first message does not wait for that."""
        lexicons_of(self.rulebook)
        rules_of(self.rulebook)

    def __call__(self, message: MessageReceived, *, contacts: int = 1) -> Judgement:
        """Return the judgement on a message that opens a complaint."""
        reading = self._read(message, contacts)
        if self.classifier is not None:
            own = without_footer(without_quotes(message.text))
            text = f"{message.subject} {own}" if message.subject else own
            reading = self.classifier(reading, text=text, contacts=contacts, rulebook=self.rulebook)
        return self.by_reading(message, reading, contacts)

    def corrected(
        self, message: MessageReceived, *, category: str, subcategory: str | None, contacts: int = 1
    ) -> Judgement:
        """Return the judgement once a person has said what the complaint is about."""
        reading = recategorised(
            self._read(message, contacts),
            category=category,
            subcategory=subcategory,
            contacts=contacts,
            rulebook=self.rulebook,
        )
        return self.by_reading(message, reading, contacts)

    def _read(self, message: MessageReceived, contacts: int) -> Reading:
        return read(
            message.text,
            rulebook=self.rulebook,
            subject=message.subject,
            hint=message.language,
            reach=message.sender.reach,
            contacts=contacts,
            automatic=message.automatic is not None,
            outcome_said=message.outcome_sought,
        )

    def by_reading(self, message: MessageReceived, reading: Reading, contacts: int) -> Judgement:
        """Return the judgement on a message that has been read."""
        complaint = RoutableComplaint(
            reading=reading,
            channel=message.channel,
            account=message.account,
            segment=message.segment,
            internal=message.sender.internal,
            public=message.public,
            automatic=message.automatic is not None,
            reach=message.sender.reach or 0,
            contacts=contacts,
            attachments=len(message.attachments),
            has_order=message.order_reference is not None,
            named=Named(text=message.text, subject=message.subject, language=reading.language, rulebook=self.rulebook),
            metadata=message.metadata,
            received_at=message.received_at,
        )
        decision = decide(complaint, self.rulebook, on_failed_rule=_note_failed_rule)
        decision = with_policy_in_force(decision, self.rulebook, received_at=message.received_at)
        return Judgement(decision=decision, outcome_sought=reading.outcome_sought)


def _note_failed_rule(rule: str, error: str) -> None:
    _FAILED_RULES.labels(rule, error).inc()
    logger.warning("a rule failed and was skipped", extra={"rule": rule, "error": error})
