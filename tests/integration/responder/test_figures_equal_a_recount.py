"""The figures of a year of complaints are what a naive recount of its ledgers gives, however they are told apart."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.domain.cohort import DIMENSIONS, Cohort, Dimension
from services.responder.domain.cohort_figures import Group
from services.responder.store import figures as store
from services.responder.store.sql import fetch
from services.responder.usecases.figures import Figures
from services.responder.usecases.promises import Promises
from shared.rulebook.load import load
from shared.web.database import new_engine
from tests.integration.responder import lived_year
from tests.integration.responder.lived_year import NOW, Lived, live
from tests.integration.responder.naive_figures import recount
from tests.integration.responder.naive_ledger import Read, read
from tests.integration.responder.naive_time import ROME
from tests.support import databases
from tests.support.stack import Stack
from tests.support.waiting import outside_loop

COMPLAINTS = 600
BEGINNING = NOW - timedelta(days=366)


@cache
def year() -> list[Lived]:
    """The year; made once for all tests of this module."""
    return [live(number) for number in range(COMPLAINTS)]


@cache
def long_ago() -> Lived:
    """One that was received before calendars are laid out, and resolved."""
    lived = (
        live(number, received_at=datetime(2009, 3, 2, 9, tzinfo=UTC)) for number in range(COMPLAINTS, COMPLAINTS + 1000)
    )
    return next(one for one in lived if one.state is not None and one.state.resolved_at)


@cache
def ledgers() -> list[Read]:
    """The same, read from the entries alone."""
    return [read(one.entries) for one in year()]


@pytest.fixture(scope="module")
def stored_year(stack: Stack) -> Iterator[str]:
    """A database that holds it; nothing here changes it."""
    url = outside_loop(databases.migrated(admin_url=stack.database_url))
    outside_loop(lived_year.store(url, [*year(), long_ago()]))
    yield url
    outside_loop(databases.drop(admin_url=stack.database_url, url=url))


@pytest.fixture
async def engine(stored_year: str) -> AsyncIterator[AsyncEngine]:
    """Its engine, with one connection."""
    url = f"postgresql+asyncpg://{stored_year.partition('://')[2]}"
    made = new_engine(url, pool=1, overflow=0, application="test", statement_s=60)
    yield made
    await made.dispose()


@pytest.fixture
def figures(engine: AsyncEngine) -> Figures:
    """What counts."""
    rulebook = load(Path(__file__).parents[3] / "deploy" / "rulebook")
    return Figures(engine=engine, promises=Promises(rulebook), within_s=60)


def _cohort(**given: Any) -> Cohort:
    return Cohort(**({"since": BEGINNING, "until": NOW} | given))


def _plain(group: Group) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(group)
    return {name: value for name, value in told.items() if name != "group"}


async def test_the_whole_year_is_what_its_ledgers_add_up_to(figures: Figures) -> None:
    told = await figures.of(_cohort(), now=NOW)
    assert _plain(told.total) == recount(ledgers(), NOW)
    assert told.groups == []
    # The year holds all that is counted, or the comparison would say nothing.
    shown = _plain(told.total)
    assert all(shown[part] for part in ("open", "resolved", "closed"))
    for part in ("chasing", "updates", "reopening", "transfers", "first_contact", "acknowledgements", "playbook"):
        assert all(value for value in shown[part].values()), part
    assert all(value for name, value in shown["backlog"]["consumed"].items() if name != "no_clock")
    assert all(shown["durations"][name]["unanswered"] for name in shown["durations"])
    assert {"upheld", "withdrawn"} <= set(shown["endings"]["outcomes"])


@pytest.mark.parametrize("by", [(name,) for name in DIMENSIONS] + [("policy", "queue")])
async def test_groups_are_recounted_each_by_itself(figures: Figures, by: tuple[Dimension, ...]) -> None:
    told = await figures.of(_cohort(by=by), now=NOW)
    apart: dict[tuple[str, ...], list[Read]] = {}
    for one in ledgers():
        apart.setdefault(tuple(one.group[name] for name in by), []).append(one)
    assert [tuple(group.group.values()) for group in told.groups] == sorted(apart)
    for group in told.groups:
        assert _plain(group) == recount(apart[tuple(group.group.values())], NOW), group.group
    assert _plain(told.total) == recount(ledgers(), NOW)
    if "policy" in by:
        units = {g.group["policy"]: g.durations["resolve"].unit for g in told.groups}
        assert units == {"retail.default": "business_days", "social.default": "business_days",
                         "uk.fca.disp1.general": "weeks"}  # fmt: skip


@pytest.mark.parametrize("period", ["day", "week", "month"])
async def test_periods_are_those_of_the_zone(figures: Figures, period: Any) -> None:
    told = await figures.of(_cohort(period=period, zone="Europe/Rome"), now=NOW)
    apart: dict[str, list[Read]] = {}
    for one in ledgers():
        day = one.received_at.astimezone(ROME).date()
        first = {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}[period]
        apart.setdefault(first.isoformat(), []).append(one)
    assert {group.group["period"]: _plain(group) for group in told.groups} == {
        first: recount(those, NOW) for first, those in apart.items()
    }


async def test_a_cohort_is_half_open_and_narrowed(figures: Figures) -> None:
    moment = sorted(one.received_at for one in ledgers())[COMPLAINTS // 2]
    before = await figures.of(_cohort(until=moment, only={"channel": "email"}), now=NOW)
    behind = await figures.of(_cohort(since=moment, only={"channel": "email"}), now=NOW)
    email = [one for one in ledgers() if one.group["channel"] == "email"]
    assert _plain(before.total) == recount([one for one in email if one.received_at < moment], NOW)
    assert _plain(behind.total) == recount([one for one in email if one.received_at >= moment], NOW)
    still_open = await figures.of(_cohort(since=None, open_only=True), now=NOW)
    assert _plain(still_open.total) == recount([one for one in ledgers() if one.is_open], NOW)


async def test_what_is_past_due_is_breached_though_nobody_noticed(figures: Figures) -> None:
    later = NOW + timedelta(days=4)  # no timer has fired since NOW
    told = await figures.of(_cohort(), now=later)
    assert _plain(told.total) == recount(ledgers(), later)
    before = recount(ledgers(), NOW)["within_sla"]["resolve"]
    assert told.total.within_sla["resolve"].breached > before["breached"]


async def test_what_was_received_long_ago_is_told_in_seconds_alone(figures: Figures) -> None:
    told = await figures.of(_cohort(since=None, until=BEGINNING), now=NOW)
    expected = recount([read(long_ago().entries)], NOW)["durations"]["resolve"]
    resolve = told.total.durations["resolve"]
    assert (resolve.ended, resolve.p50_seconds) == (1, expected["p50_seconds"])
    assert (resolve.unit, resolve.p50) == (None, None)


async def test_nothing_received_is_nothing_and_no_fault(figures: Figures) -> None:
    told = await figures.of(
        Cohort(since=datetime(2001, 1, 1, tzinfo=UTC), until=datetime(2001, 2, 1, tzinfo=UTC), by=("queue",)), now=NOW
    )
    assert _plain(told.total) == recount([], NOW)
    assert told.groups == []


async def test_the_levels_of_queue_health_are_the_same(figures: Figures, engine: AsyncEngine) -> None:
    told = await figures.of(_cohort(since=None, by=("queue",)), now=NOW)
    async with engine.connect() as connection:
        rows = await fetch(connection, "SELECT queue, measure, value FROM responder.counters WHERE slot = 0")
    levels = {(row[0], row[1]): row[2] for row in rows}
    for group in told.groups:
        queue = group.group["queue"]
        counted = (group.open, group.complaints, group.promises["kept"], group.promises["missed"])
        assert counted == tuple(levels[queue, name] for name in ("open", "arrivals", "kept", "missed"))


async def test_too_many_groups_and_too_long_a_time_are_said(figures: Figures, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_GROUPS", 5)
    with pytest.raises(store.TooManyGroups):
        await figures.of(_cohort(period="day"), now=NOW)
    figures.within_s = 0.01
    with pytest.raises(store.TooLong):
        await figures.of(_cohort(), now=NOW)
    figures.within_s = 60
    monkeypatch.undo()
    assert (await figures.of(_cohort(), now=NOW)).total.complaints == COMPLAINTS
