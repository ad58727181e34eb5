"""The rulebook as the responder uses it: terms, steps and words, made ready once for each edition."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from typing import Final, Literal

from services.responder.domain.holiday_sets import KNOWN_BY
from services.responder.domain.outcomes import Vocabulary
from services.responder.domain.terms import Terms, terms_of
from services.responder.domain.work import WorkState
from services.responder.domain.working_time import WorkingHours
from shared.faults import Unprocessable
from shared.rulebook.load import Rulebook
from shared.rulebook.playbooks import PlaybookStep
from shared.rulebook.queues import QueuesFile

logger = logging.getLogger(__name__)

_EARLIER: Final = 4
"""How many rulebooks before the present one are held, for decisions that were made by them and come only now."""


class Promises:
    """What the rulebook promises, by name."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._earlier: deque[Rulebook] = deque(maxlen=_EARLIER)
        self._in_force: str | None = None
        self._hold(rulebook)

    def take(self, rulebook: Rulebook) -> None:
        """Promise by another rulebook from now on; once it is confirmed, clocks that run follow it."""
        self._earlier.appendleft(self.rulebook)
        self._hold(rulebook)

    def confirm(self, version: str) -> None:
        """Know that the router decides by this version; only then do clocks follow the rulebook that is held."""
        self._in_force = version

    @property
    def edition(self) -> str | None:
        """What dates are computed by, rulebook and holidays; None while the router decides by another."""
        version = self.rulebook.version
        return f"{version} {KNOWN_BY}" if version == self._in_force else None

    def terms_before(self, state: WorkState) -> Terms | None:
        """Return the terms of a complaint by the rulebook before the present one, where that is held and had them."""
        before = self._earlier[0] if self._earlier else None
        if before is None or state.policy not in before.policies:
            return None
        calendar = self._calendar_of(state, state.policy) if state.policy in self.rulebook.policies else None
        calendar = calendar if calendar in before.calendars else None
        key = (before.version, state.policy, calendar)
        if key not in self._terms_before:
            self._terms_before[key] = terms_of(before.policies[state.policy], before.calendars, calendar=calendar)
        return self._terms_before[key]

    def _hold(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.queues_file = QueuesFile(triage=rulebook.triage, queues=dict(rulebook.queues))
        self._terms: dict[tuple[str, str | None], Terms] = {}
        self._terms_before: dict[tuple[str, str, str | None], Terms] = {}
        self.vocabulary = Vocabulary(
            outcomes=frozenset(rulebook.taxonomy.outcomes),
            root_causes=frozenset(rulebook.taxonomy.root_causes),
            redress=frozenset(rulebook.taxonomy.redress),
            reopen_reasons=frozenset(rulebook.taxonomy.reopen_reasons),
        )

    @property
    def versions(self) -> frozenset[str]:
        """The versions that are held: the present one and a few before."""
        return frozenset(one.version for one in (self.rulebook, *self._earlier))

    @property
    def queues(self) -> Sequence[str]:
        """The queues, as the rulebook orders them."""
        return tuple(self.rulebook.queues)

    def hours_of(self, queue: str) -> WorkingHours | None:
        """Return when a queue works; None for one that the rulebook does not hold."""
        known = self.rulebook.queues.get(queue)
        return self._made(known.policy, known.calendar).hours_of("resolve") if known else None

    def opening_terms(self, policy: str, *, queue: str) -> Terms:
        """Return the terms that a new complaint gets; `Unprocessable` when the rulebook here does not hold them."""
        rulebook = self._that_has("policies", policy)
        if rulebook is None:
            raise Unprocessable(f"the rulebook here has no policy {policy!r}: deploy it, then replay")
        known = rulebook.queues.get(queue)
        calendar = known.calendar if known else None
        if rulebook is not self.rulebook:
            return terms_of(rulebook.policies[policy], rulebook.calendars, calendar=calendar)
        return self._made(policy, calendar)

    def terms(self, state: WorkState) -> Terms:
        """Return the terms of a complaint at hand: its policy by the hours its clocks were started with.

        Those of triage when its policy has left the rulebook meanwhile: dates promised already stand in the entries, so
        only new dates are computed by the others.
        """
        policy = state.policy
        if policy not in self.rulebook.policies:
            logger.warning("a policy has left the rulebook", extra={"policy": policy})
            policy = self.rulebook.queues[self.rulebook.triage].policy
        return self._made(policy, self._calendar_of(state, policy))

    def _calendar_of(self, state: WorkState, policy: str) -> str | None:
        """Return the hours that clocks without a calendar of their own count by; a transfer does not change them."""
        own = self.rulebook.policies[policy].clocks
        for kind, clock in state.clocks.items():
            if kind in own and own[kind].calendar is None and clock.calendar in self.rulebook.calendars:
                return clock.calendar
        return None

    def _made(self, policy: str, calendar: str | None) -> Terms:
        found = self._terms.get((policy, calendar))
        if found is None:
            found = terms_of(self.rulebook.policies[policy], self.rulebook.calendars, calendar=calendar)
            self._terms[policy, calendar] = found
        return found

    def steps(self, playbook: str) -> tuple[PlaybookStep, ...]:
        """Return the steps of a playbook; `Unprocessable` when the rulebook here does not hold it."""
        rulebook = self._that_has("playbooks", playbook)
        if rulebook is None:
            raise Unprocessable(f"the rulebook here has no playbook {playbook!r}: deploy it, then replay")
        return rulebook.playbooks[playbook].steps

    def _that_has(self, part: Literal["policies", "playbooks"], name: str) -> Rulebook | None:
        """Return the newest rulebook that holds it: a decision may be older than the present one."""
        return next((one for one in (self.rulebook, *self._earlier) if name in getattr(one, part)), None)
