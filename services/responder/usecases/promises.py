"""The rulebook as the responder uses it: terms, steps and words, made ready once."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from services.responder.domain.outcomes import Vocabulary
from services.responder.domain.terms import Terms, terms_of
from shared.faults import Unprocessable
from shared.rulebook.load import Rulebook
from shared.rulebook.playbooks import PlaybookStep

logger = logging.getLogger(__name__)


class Promises:
    """What the rulebook promises, by name."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self._terms: Mapping[str, Terms] = {
            name: terms_of(policy, rulebook.calendars) for name, policy in rulebook.policies.items()
        }
        self._usual = self._terms[rulebook.queues[rulebook.triage].policy]
        self.vocabulary = Vocabulary(
            outcomes=frozenset(rulebook.taxonomy.outcomes),
            root_causes=frozenset(rulebook.taxonomy.root_causes),
            redress=frozenset(rulebook.taxonomy.redress),
            reopen_reasons=frozenset(rulebook.taxonomy.reopen_reasons),
        )

    @property
    def queues(self) -> Sequence[str]:
        """The queues, as the rulebook orders them."""
        return tuple(self.rulebook.queues)

    def opening_terms(self, policy: str) -> Terms:
        """Return the terms that a new complaint gets; `Unprocessable` when the rulebook here does not hold them."""
        try:
            return self._terms[policy]
        except KeyError:
            raise Unprocessable(f"the rulebook here has no policy {policy!r}: deploy it, then replay") from None

    def terms(self, policy: str) -> Terms:
        """Return the terms of a complaint at hand; those of triage when its policy has left the rulebook meanwhile.

        Dates promised already stand in the entries, so only new dates are computed by the others.
        """
        found = self._terms.get(policy)
        if found is None:
            logger.warning("a policy has left the rulebook", extra={"policy": policy})
        return found or self._usual

    def steps(self, playbook: str) -> tuple[PlaybookStep, ...]:
        """Return the steps of a playbook; `Unprocessable` when the rulebook here does not hold it."""
        try:
            return self.rulebook.playbooks[playbook].steps
        except KeyError:
            raise Unprocessable(f"the rulebook here has no playbook {playbook!r}: deploy it, then replay") from None
