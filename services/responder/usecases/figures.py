"""The figures of a cohort, on connections of their own and few at once: no question about a year stops the work."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.domain.cohort import Cohort
from services.responder.domain.cohort_figures import Group, figures
from services.responder.domain.counted_days import CountedDays, counted_days
from services.responder.domain.working_time import WorkingHours, working_hours
from services.responder.store import figures as store
from services.responder.usecases.promises import Promises
from shared.rulebook.load import Rulebook

AT_ONCE: Final = 2
"""How many questions are answered at the same time: each may take a core of the database."""

_AHEAD: Final = timedelta(days=400)
"""How far calendars are laid out beyond now: further than any clock's date."""

_BACK: Final = timedelta(days=366 * 10)
"""How far back: what was received before is told in seconds alone, or one wrong date would cost a century of days."""


class TooManyQuestions(Exception):
    """As many figures are being counted as may be at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The figures as of `at`: of the whole cohort, and of each of its groups in the order of their values."""

    at: datetime
    cohort: Cohort
    total: Group
    groups: Sequence[Group]


class Figures:
    """Counts cohorts; `engine` is one of its own, with as many connections as questions are answered at once."""

    def __init__(self, *, engine: AsyncEngine, promises: Promises, within_s: float) -> None:
        self._engine = engine
        self._promises = promises
        self.within_s = within_s
        self._hours: tuple[Rulebook, list[WorkingHours]] | None = None

    async def of(self, cohort: Cohort, *, now: datetime) -> Told:
        """Return the figures of a cohort; `TooManyQuestions`, `TooManyGroups` or `TooLong` where it cannot be told."""
        try:
            with store.in_time(cohort):
                async with self._engine.begin() as connection:
                    await store.begin(connection, within_s=self.within_s)
                    first = await store.earliest(connection, cohort)
                    # In a thread: years of holidays take a moment to be worked out, the first time they are asked for.
                    calendars = await asyncio.to_thread(self._laid_out, first or now, now)
                    found = await store.count(connection, cohort, calendars=calendars, now=now)
        except PoolTimeout as error:
            raise TooManyQuestions from error
        return Told(at=now, cohort=cohort, total=figures(found.total), groups=[figures(one) for one in found.groups])

    def _laid_out(self, first: datetime, now: datetime) -> list[CountedDays]:
        day = max(first, now - _BACK).date() - timedelta(days=1)
        days = (now + _AHEAD).date() - day
        return [counted_days(hours, first=day, days=days.days) for hours in self._calendars()]

    def _calendars(self) -> list[WorkingHours]:
        rulebook = self._promises.rulebook
        if self._hours is None or self._hours[0] is not rulebook:
            self._hours = (rulebook, [working_hours(name, one) for name, one in rulebook.calendars.items()])
        return self._hours[1]
