"""Watches for surges behind the intake: one router at a time, from its memory; the database says what is left to do."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.router.domain.masking import without_private
from services.router.domain.surges.detector import Detector, Noticed
from services.router.domain.surges.observed import Observation, topic_of, words_of
from services.router.store.incidents import (
    end_incidents,
    going_incidents,
    insert_incident,
    link_to_incidents,
    widen_incident,
)
from services.router.store.traces import prune_traces
from services.router.store.watching import (
    WatchedRow,
    anything_unwatched,
    hold_watch,
    take_unwatched,
    watched_before,
)
from services.router.usecases.match import match
from services.router.usecases.turns import in_turns
from shared.clock import Clock
from shared.ids import event_id
from shared.rulebook.load import Rulebook

logger = logging.getLogger(__name__)

_NOTICED = Counter("router_incidents_noticed_total", "Incidents offered.")
_GOING = Gauge("router_incidents_going", "Incidents that this router watches and that have not ended.")
_SAME = Counter("router_links_found_total", "Links found or suggested between complaints that may be the same.")
_WATCHED = Counter("router_complaints_watched_total", "Complaints looked at for surges.")

REMEMBERED: Final = timedelta(days=2)
"""So far back a router looks that takes the watch over, and at so many complaints at the most."""

MOST_REMEMBERED: Final = 50_000

_AT_ONCE = 20
# A tenth of the time at the most: the intake goes first.
_REST = 9.0


class Watch:
    """Looks at what was opened since. Its memory lives as long as it holds the watch; another's begins anew."""

    def __init__(self, *, engine: AsyncEngine, clock: Clock, rulebook: Callable[[], Rulebook]) -> None:
        """Watch the complaints of a database by the rulebook that is in force when it looks."""
        self._engine = engine
        self._clock = clock
        self._rulebook = rulebook
        self._holder = uuid4()
        self._detector: Detector | None = None
        self._incidents: dict[int, UUID] = {}

    @property
    def _besides(self) -> str:
        return self._rulebook().taxonomy.not_a_complaint

    async def look(self) -> None:
        """Look at all that was opened, if no other router does, resting nine times as long as it works."""
        while True:
            began = time.monotonic()
            if not await self._look_once():
                return
            await asyncio.sleep(_REST * (time.monotonic() - began))

    async def forget(self) -> None:
        """Forget the traces that nothing is compared with any more."""
        async with self._engine.begin() as connection:
            within = self._rulebook().correlation.same_within
            await prune_traces(connection, before=self._clock.now() - 2 * within)

    async def _look_once(self) -> bool:
        """Look at the oldest batches in one transaction; False when another router watches, or nothing is left."""
        now = self._clock.now()
        try:
            async with self._engine.begin() as connection:
                held = await hold_watch(connection, holder=self._holder, now=now)
                if held is None:
                    self._detector = None
                    return False
                detector = self._detector if held else None
                if detector is None:
                    detector = await self._remember(connection, now=now)
                more = await self._observe(connection, detector, now=now)
                self._detector = detector
                return more
        except BaseException:
            # The memory may hold what was rolled back: it is made again from what is stored.
            self._detector = None
            raise

    async def _remember(self, connection: AsyncConnection, *, now: datetime) -> Detector:
        """Learn what was usual from what is stored, and go on with the incidents that have not ended."""
        detector = Detector()
        pages = watched_before(
            connection, since=now - REMEMBERED, at_most=MOST_REMEMBERED, besides=self._besides
        )  # fmt: skip
        complaints = 0
        async for page in pages:
            async for row in in_turns(page, at_once=_AT_ONCE):
                detector.remember(self._observation(row, now=now))
            complaints += len(page)
        self._incidents = {
            detector.resume(going.surge): going.incident_id for going in await going_incidents(connection)
        }
        logger.info("watching for surges", extra={"complaints": complaints, "incidents": len(self._incidents)})
        return detector

    async def _observe(self, connection: AsyncConnection, detector: Detector, *, now: datetime) -> bool:
        rows: Sequence[WatchedRow] = ()
        more = await anything_unwatched(connection)
        if more:
            rows = await take_unwatched(connection, besides=self._besides)
            opened = [row.complaint_id for row in rows]
            rulebook = self._rulebook()
            shapes = rulebook.taxonomy.entities
            _SAME.inc(await match(connection, opened, rules=rulebook.correlation, shapes=shapes, now=now))
        linked: list[tuple[UUID, UUID]] = []
        async for row in in_turns(rows, at_once=_AT_ONCE):
            noticed = detector.observe(self._observation(row, now=now))
            await self._offer(connection, detector, row.complaint_id, noticed)
            linked += self._links(detector, row.complaint_id, noticed)
        await link_to_incidents(connection, linked)
        over = detector.over()
        await end_incidents(connection, [self._incidents.pop(number) for number in over], now=now)
        _WATCHED.inc(len(rows))
        _GOING.set(len(self._incidents))
        return more

    async def _offer(
        self, connection: AsyncConnection, detector: Detector, complaint_id: UUID, noticed: Noticed
    ) -> None:  # fmt: skip
        """Store the incident that a complaint made known, or what more an incident is known by."""
        if noticed.began is not None:
            surge = detector.going[noticed.began].surge
            incident_id = self._incidents[noticed.began] = event_id("incident", complaint_id, *surge.signs)
            await insert_incident(connection, incident_id, surge)
            _NOTICED.inc()
            told = {"incident_id": str(incident_id), "customers": surge.customers}
            logger.warning("an incident is offered", extra=told)
        if noticed.widened is not None:
            surge = detector.going[noticed.widened].surge
            await widen_incident(connection, self._incidents[noticed.widened], surge)

    def _links(self, detector: Detector, complaint_id: UUID, noticed: Noticed) -> list[tuple[UUID, UUID]]:
        """Return the incidents that a complaint belongs to, and what belongs to one that it made known: as pairs."""
        links = [(self._incidents[number], complaint_id) for number in noticed.belongs_to]
        for number in (noticed.began, noticed.widened):
            if number is not None:
                links += [(self._incidents[number], one) for one in detector.going[number].members]
        return links

    def _observation(self, row: WatchedRow, *, now: datetime) -> Observation:
        shapes = self._rulebook().taxonomy.entities
        return Observation(
            complaint_id=row.complaint_id,
            party_id=row.party_id,
            # Whoever dates a complaint ahead must not make the watch forget the hours between.
            at=min(row.received_at, now),
            topic=topic_of(row.category, row.subcategory),
            account=row.account,
            # What an incident is known by is shown to everybody who works on it.
            words=words_of(
                without_private(row.text, shapes=shapes),
                subject=row.subject and without_private(row.subject, shapes=shapes),
                metadata=row.metadata,
            ),
        )
