"""The round of a night over the whole ledger, in pages small enough that nobody waits for them."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.responder.domain.audit import Difference
from services.responder.domain.figures import Delta, contribution
from services.responder.domain.work import WorkState
from services.responder.store import ledger_rounds
from services.responder.store.ledger import FIRST, LAST, Fetch, read_levels, read_states
from services.responder.store.ledger_rounds import Round
from services.responder.store.sql import fetch as fetch_rows
from services.responder.usecases.audit_ledger import audit_page, levels_that_differ

_BREATH_S: Final = 0.01
_OVERTAKEN: Final = "40001"
_STATE: Final = msgspec.json.Decoder(WorkState)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step of a round found; `ended` with the last one."""

    night: date
    complaints: int
    differences: list[Difference]
    ended: bool


def night_of(now: datetime, *, hour: int) -> date:
    """Return the day, in UTC, on which the present or the last night began: a night missed is made up for."""
    return (now - timedelta(hours=hour)).date()


async def go_on(engine: AsyncEngine, *, now: datetime, hour: int, limit: int) -> Step | None:
    """Recompute the next `limit` complaints of the round; None where there is nothing to do for this process.

    After the last complaint comes a step for the counters. Each step is a transaction that reads at one snapshot.
    """
    steady = engine.execution_options(isolation_level="REPEATABLE READ")
    try:
        async with steady.begin() as connection:
            await ledger_rounds.begin(connection, night=night_of(now, hour=hour), now=now)
            present = await ledger_rounds.take(connection)
            if present is None:
                return None
            if present.reached == LAST:
                return await _recount(connection, present, limit=limit, now=now)
            return await _page(connection, present, limit=limit)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _OVERTAKEN:
            return None  # another process has done this step since our snapshot
        raise


async def _page(connection: AsyncConnection, present: Round, *, limit: int) -> Step:
    page = await audit_page(_fetch(connection), after=present.reached, until=LAST, limit=limit)
    went = replace(
        present,
        reached=page.upto,
        complaints=present.complaints + page.complaints,
        entries=present.entries + page.entries,
        differences=present.differences + len(page.differences),
    )
    await ledger_rounds.save(connection, went)
    return Step(night=went.night, complaints=page.complaints, differences=page.differences, ended=False)


async def _recount(connection: AsyncConnection, present: Round, *, limit: int, now: datetime) -> Step:
    """Add up what is stored of all complaints, which the pages have held against the ledger, and end the round.

    One snapshot over all of them: the counters move with every complaint, so a sum over several would never fit.
    """
    fetch = _fetch(connection)
    recount: Counter[Delta] = Counter()
    after: UUID | None = FIRST
    while after is not None:
        snapshots, after = await read_states(fetch, after=after, limit=limit)
        recount.update(contribution(state) for state in map(_decoded, snapshots) if state is not None)
        await asyncio.sleep(_BREATH_S)
    differences = levels_that_differ(await read_levels(fetch), recount)
    went = replace(present, differences=present.differences + len(differences))
    await ledger_rounds.save(connection, went, ended_at=now)
    return Step(night=went.night, complaints=0, differences=differences, ended=True)


def _decoded(snapshot: bytes) -> WorkState | None:
    try:
        return _STATE.decode(snapshot)
    except msgspec.DecodeError:
        return None  # named by its page already


def _fetch(connection: AsyncConnection) -> Fetch:
    async def fetch(statement: str, arguments: tuple[Any, ...]) -> list[Any]:
        return await fetch_rows(connection, statement, arguments)

    return fetch
