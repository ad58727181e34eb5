"""Counts a cohort in the database: one statement at one snapshot, in bounded memory, ended when it takes too long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.domain.cohort import MOST_GROUPS, Cohort
from services.responder.domain.cohort_figures import DURATIONS, Counted
from services.responder.domain.counted_days import CountedDays
from services.responder.domain.outcomes import WITHOUT_AN_ANSWER
from services.responder.store.figures_count import statement
from services.responder.store.figures_sql import keys
from services.responder.store.sql import fetch, fetch_one, run

_NOTHING: Final = {"seconds": None, "unit": None, "in_unit": None, "ended": 0, "unanswered": 0, "longest": None}


class TooManyGroups(Exception):
    """The cohort falls into more groups than an answer may have."""


class TooLong(Exception):
    """The database was not done in the time that it has."""


class UnknownZone(Exception):
    """The database does not know the time zone that periods are to be in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A cohort's groups, in the order of their values, and all of it together."""

    total: Counted
    groups: Sequence[Counted]


@contextmanager
def in_time(cohort: Cohort) -> Iterator[None]:
    """Raise `TooLong` or `UnknownZone` where the database says so."""
    try:
        yield
    except DBAPIError as error:
        cause = error.orig.__cause__ if error.orig is not None else None
        if isinstance(cause, asyncpg.QueryCanceledError):
            raise TooLong from error
        if cohort.period and isinstance(cause, asyncpg.InvalidParameterValueError):
            raise UnknownZone from error
        raise


async def begin(connection: AsyncConnection, *, within_s: float) -> None:
    """Make the transaction one that only reads, at one snapshot, leaves a core to others and ends in time."""
    await run(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    await run(connection, f"SET LOCAL statement_timeout = {int(within_s * 1000)}")
    await run(connection, "SET LOCAL max_parallel_workers_per_gather = 0")
    await run(connection, "SET LOCAL work_mem = '32MB'")


async def earliest(connection: AsyncConnection, cohort: Cohort) -> datetime | None:
    """Return when the first complaint of the cohort's time was received; None where there is none."""
    row = await fetch_one(
        connection,
        """
        SELECT received_at FROM responder.work
        WHERE received_at >= coalesce($1::timestamptz, '-infinity') AND received_at < $2
        ORDER BY received_at LIMIT 1
        """,
        (cohort.since, cohort.until),
    )
    return row[0] if row else None


async def count(
    connection: AsyncConnection, cohort: Cohort, *, calendars: Sequence[CountedDays], now: datetime
) -> Found:
    """Return what the cohort counts to as of `now`; `TooManyGroups` where they are more than may be."""
    arguments = (
        cohort.since,
        cohort.until,
        now,
        MOST_GROUPS,
        *_laid_out(calendars),
        cohort.zone,
        sorted(WITHOUT_AN_ANSWER),
        *cohort.only.values(),
    )
    rows = await fetch(connection, statement(cohort), arguments)
    if rows[0][1] == "many":
        raise TooManyGroups
    return _found(rows[1:], [name.removeprefix("by_") for name in keys(cohort)])


def _laid_out(calendars: Sequence[CountedDays]) -> tuple[Any, ...]:
    """Return the calendars behind one another: names, zones, first days, bounds of shifts, days, and the numbers."""
    lows, highs, taken = [], [], 0
    for one in calendars:
        lows.append(taken + 1)
        taken += len(one.opens)
        highs.append(taken)
    return (
        [one.name for one in calendars],
        [one.zone for one in calendars],
        [one.first for one in calendars],
        lows,
        highs,
        [len(one.business) for one in calendars],
        [value for one in calendars for value in one.opens],
        [value for one in calendars for value in one.lengths],
        [value for one in calendars for value in one.before],
        [value for one in calendars for value in (*one.business, *one.working)],
    )


def _found(rows: Sequence[Any], names: Sequence[str]) -> Found:
    sums: dict[tuple[str, ...] | None, dict[str, Any]] = {}
    codes: dict[tuple[str, ...] | None, dict[str, dict[str, int]]] = {}
    for is_total, part, name, *values, counted in rows:
        key = None if is_total else tuple(values)
        if part == "sums":
            sums.setdefault(key, {}).update(counted)
        elif part == "durations":
            sums.setdefault(key, {}).update({f"{name}_{what}": value for what, value in counted.items()})
        else:
            codes.setdefault(key, {}).setdefault(part, {})[name] = counted
    nothing = {f"{name}_{what}": value for name in DURATIONS for what, value in _NOTHING.items()}

    def one(key: tuple[str, ...] | None) -> Counted:
        group: Mapping[str, str] = dict(zip(names, key, strict=True)) if key else {}
        told = {what: dict(sorted(counted.items())) for what, counted in codes.get(key, {}).items()}
        return Counted(group=group, sums=nothing | sums[key], codes=told)

    return Found(total=one(None), groups=[one(key) for key in sorted(k for k in sums if k is not None)])
