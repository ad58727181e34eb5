"""The standing audit after every fault: what was promised against what is stored, by plain SQL.

A acknowledged is a subset of stored; B one complaint a key; C stored = published = routed, dead letters told apart;
D every complaint has its clocks, due when an independent calculation says; E no clock fired twice or early; F counters
equal a recount; G one acknowledgement left the house for each complaint (the same Message-ID twice counts as one).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

import asyncpg

from tests.support import calling
from tests.support.house import House
from tests.support.outside import Outside
from tests.support.waiting import outside_loop
from tests.unit.responder import oracle

FIXPOINT_S = 60.0
_WEEK = {day: [(540, 780), (840, 1080)] for day in range(5)}
_BUSINESS = oracle.PlainCalendar(
    zone="Europe/Rome",
    week=_WEEK,
    country="IT",
    closed={date(2026, 12, 24): [(540, 780)], date(2026, 12, 31): [(540, 780)]},
)
_ALWAYS = oracle.PlainCalendar(zone="Europe/Rome", week={}, country="IT", always=True)
_DAYS = {"first_response": 1, "next_update": 5, "resolve": 15}  # retail.default


class Broken(AssertionError):
    """A promise that was not kept; the message names which and how."""


def audit(
    house: House,
    acknowledged: Mapping[str, set[str]],
    *,
    outside: Outside | None = None,
    within_s: float | None = None,
) -> None:
    """Return when every promise holds within a minute or `within_s`; `Broken` names the first that does not."""
    doubled = {key: found for key, found in acknowledged.items() if len(found) != 1}
    if doubled:
        raise Broken(f"B: one key was told several references: {doubled}")
    references = {reference for found in acknowledged.values() for reference in found}
    if len(references) != len(acknowledged):
        raise Broken("B: two keys were told one reference")
    _settled(house, references, outside, within_s=within_s or FIXPOINT_S)
    rows = _rows(house)
    _each_complaint_has_its_clocks(rows["clocks"])
    _no_clock_fired_twice_or_early(rows["fired"], rows["clocks"])
    _counters_equal_a_recount(house, rows["open"])


def _settled(house: House, references: set[str], outside: Outside | None, *, within_s: float) -> None:
    deadline, trouble = time.monotonic() + within_s, "never looked"
    while time.monotonic() < deadline:
        trouble = _unsettled(house, references, outside)
        if not trouble:
            return
        time.sleep(0.5)
    raise Broken(trouble)


def _unsettled(house: House, references: set[str], outside: Outside | None) -> str:
    rows = _rows(house)
    stored = {r["reference"] for r in rows["stored"]}
    if lost := references - stored:
        return f"A: {len(lost)} of {len(references)} acknowledged are not stored"
    if waiting := {schema: n for schema, n in rows["outboxes"].items() if n}:
        return f"C: still to be published: {waiting}"
    if dead := sum(rows["dead"].values()):
        return f"C: {dead} dead letters: {rows['dead']}"
    routed = Counter(r["reference"] for r in rows["routed"])
    if stored != set(routed):
        return f"C: {len(stored)} stored, {len(routed)} routed"
    if (at_work := {r["reference"] for r in rows["work"]}) != stored:
        return f"C: {len(stored)} stored, {len(at_work)} at the responder"
    return _answered_once(references, outside) if outside else ""


def _answered_once(references: set[str], outside: Outside) -> str:
    sent: dict[str, set[str]] = {}
    for mail in list(outside.mails):
        for reference in references & set(str(mail["Subject"]).split()):
            sent.setdefault(reference, set()).add(str(mail["Message-ID"]))
    if doubled := {r: ids for r, ids in sent.items() if len(ids) > 1}:
        return f"G: answered twice: {doubled}"
    missing = len(references) - len(sent)
    return f"G: {missing} of {len(references)} were not answered" if missing else ""


def _each_complaint_has_its_clocks(clocks: list[asyncpg.Record]) -> None:
    kinds: dict[str, set[str]] = {}
    for clock in clocks:
        kinds.setdefault(clock["reference"], set()).add(clock["kind"])
        expected = _due(clock)
        if expected is not None and clock["due_at"] != expected:
            raise Broken(f"D: {clock['kind']} is due {clock['due_at']}, not {expected}")
    wanted = {"acknowledge", *_DAYS}
    if short := {r for r, found in kinds.items() if not wanted <= found}:
        raise Broken(f"D: without all clocks: {short}")


def _due(clock: asyncpg.Record) -> Any:
    if clock["policy"] != "retail.default" or clock["kind"] not in {"acknowledge", *_DAYS}:
        return None
    if clock["kind"] == "acknowledge":
        return oracle.after_minutes(clock["started_at"], 5, _ALWAYS)
    return _closing(_BUSINESS.local_day(clock["started_at"]), _DAYS[clock["kind"]])


@cache  # the oracle counts minutes one by one, and a soak has complaints by the ten thousand
def _closing(first: date, days: int) -> datetime:
    last = oracle.after_days(first, days, "business_days", _BUSINESS, count_first_day=False, roll=False)
    return oracle.closing_time(last, _BUSINESS)


def _no_clock_fired_twice_or_early(fired: list[asyncpg.Record], clocks: list[asyncpg.Record]) -> None:
    times = Counter((f["complaint_id"], f["kind"], f["clock"]) for f in fired)
    if twice := [what for what, n in times.items() if n > 1]:
        raise Broken(f"E: fired twice: {twice}")
    due = {(c["complaint_id"], c["kind"]): c["due_at"] for c in clocks}
    for f in fired:
        if f["kind"] == "breached" and f["at"] < due[f["complaint_id"], f["clock"]]:
            raise Broken(f"E: {f['clock']} was breached before it was due")


def _counters_equal_a_recount(house: House, recount: Mapping[str, int]) -> None:
    def counted() -> dict[str, int]:
        answer = calling.call("GET", f"{house.responder_url}/v1/queue-health", headers=house.key)
        return {q["queue"]: q["open"] for q in answer.json()["queues"] if q["open"]}

    if (seen := counted()) != recount:
        raise Broken(f"F: queue health says {seen}, a recount {dict(recount)}")


def _rows(house: House) -> dict[str, Any]:
    return outside_loop(_read(house.database_url))


async def _read(url: str) -> dict[str, Any]:
    connection = await asyncpg.connect(url, timeout=10)
    schemas = ("ingest", "router", "responder")
    try:
        return {
            "stored": await connection.fetch("SELECT reference FROM ingest.messages"),
            "routed": await connection.fetch("SELECT reference FROM router.complaints"),
            "work": await connection.fetch("SELECT reference FROM responder.work"),
            "outboxes": {s: await connection.fetchval(f"SELECT count(*) FROM {s}.outbox") for s in schemas},
            "dead": {s: await connection.fetchval(f"SELECT count(*) FROM {s}.dead_letters") for s in schemas},
            "clocks": await connection.fetch(
                "SELECT w.reference, w.policy, c.* FROM responder.clocks c JOIN responder.work w USING (complaint_id)"
            ),
            "fired": await connection.fetch(
                "SELECT complaint_id, at, kind, data->>'clock' AS clock FROM responder.timeline "
                "WHERE kind IN ('at_risk', 'breached')"
            ),
            "open": {
                row["queue"]: row["n"]
                for row in await connection.fetch(
                    "SELECT queue, count(*) AS n FROM responder.work WHERE state = 'open' GROUP BY queue"
                )
            },
        }
    finally:
        await connection.close()
