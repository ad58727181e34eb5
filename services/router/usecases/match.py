"""Finds the complaints that were made by several channels, and links them or suggests that they be linked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.domain.masking import without_private
from services.router.domain.sameness import Likeness, Told, likeness, numbers_of, rare, traces_of
from services.router.domain.surges.observed import words_of
from services.router.store.traces import find_candidates, leave_traces, link_same, told_of
from services.router.usecases.turns import in_turns
from shared.rulebook.entities import EntityShapes
from shared.rulebook.taxonomy import CorrelationFile

_AT_ONCE = 20


async def match(
    connection: AsyncConnection,
    complaint_ids: Sequence[UUID],
    *,
    rules: CorrelationFile,
    shapes: EntityShapes,
    now: datetime,
) -> int:
    """Compare these complaints with each other and with what was stored; return how many links were found."""
    told = await _told(connection, complaint_ids, shapes)
    traces = {one.complaint_id: (one.received_at, traces_of(one)) for one in told.values()}
    await leave_traces(connection, traces)
    candidates = await find_candidates(connection, traces, within=rules.same_within)
    others = {other for found in candidates.values() for other in found} - told.keys()
    known = told | await _told(connection, others, shapes)
    pairs: dict[tuple[UUID, UUID], Likeness] = {}
    async for complaint_id, found in in_turns(candidates.items(), at_once=_AT_ONCE):
        one, beside = known[complaint_id], [known[other] for other in found if other in known]
        text_is_rare = rare(one, beside)
        for other in beside:
            newer, older = sorted((one, other), key=lambda t: (t.received_at, t.complaint_id), reverse=True)
            alike = likeness(newer, older, text_is_rare=text_is_rare)
            if alike.score >= rules.suggest_from:
                pairs[newer.complaint_id, older.complaint_id] = alike
    rows = [(newer, older, pairs[newer, older]) for newer, older in sorted(pairs)]
    await link_same(connection, rows, link_from=rules.link_from, now=now)
    return len(rows)


async def _told(
    connection: AsyncConnection, complaint_ids: Iterable[UUID], shapes: EntityShapes
) -> dict[UUID, Told]:  # fmt: skip
    asked = list(complaint_ids)
    return {row.complaint_id: _of(row, shapes) for row in await told_of(connection, asked)} if asked else {}


def _of(row: Any, shapes: EntityShapes) -> Told:
    # No trace of a card or an account is left, not even one that only tells whether two are equal.
    text = without_private(row.text or "", shapes=shapes)
    return Told(
        complaint_id=row.complaint_id,
        received_at=row.received_at,
        category=row.category,
        name=row.name,
        points=frozenset(row.points),
        verified=frozenset(row.verified),
        numbers=numbers_of(text, order_reference=row.order_reference),
        words=frozenset(words_of(text)),
    )
