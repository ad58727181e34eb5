"""Defects planted on purpose: the audit notices each, or it would be worth nothing."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.chaos import audit as audits
from tests.chaos.audit import Broken, audit
from tests.chaos.load import Load
from tests.chaos.replay import replay_topic
from tests.integration.messaging.own_database import OwnDatabase, own_database
from tests.support.house import House, running_house
from tests.support.outside import Outside
from tests.support.stack import Stack
from tests.support.waiting import outside_loop, until

SEEDS = Path(__file__).parent / "seeds"

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


@pytest.fixture(autouse=True)
def short_fixpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is broken stays broken: ten seconds show it as well as sixty."""
    monkeypatch.setattr(audits, "FIXPOINT_S", 10.0)


def seeded(name: str) -> dict[str, str]:
    return {"PYTHONPATH": str(SEEDS / name)}


def test_an_answer_before_the_commit_is_noticed(own_house: House, outside: Outside) -> None:
    own_house.restart("ingest", extra=seeded("answer_before_commit"))
    with Load(own_house, count=30) as load:
        pass
    own_house.kill("ingest")
    own_house.start("ingest")
    with pytest.raises(Broken, match=r"^A:"):
        audit(own_house, load.acknowledged, outside=outside)


def test_an_intake_that_knows_no_message_again_is_noticed(own_house: House, outside: Outside) -> None:
    own_house.restart("ingest", extra=seeded("drawn_names"))
    with Load(own_house, count=10) as load:
        pass
    load.again()
    with pytest.raises(Broken, match=r"^B:"):
        audit(own_house, load.acknowledged, outside=outside)


def test_behind_the_consumers_inbox_stands_a_second_line(own_house: House, outside: Outside) -> None:
    # A seed that the audit does not notice, because nothing breaks: what the router and the responder store is named
    # by what it came from, so handling an event again stores nothing anew. Intake's own inbox is the seed above.
    own_house.restart("router", "responder", extra=seeded("no_inbox"))
    with Load(own_house, count=30) as load:
        pass
    audit(own_house, load.acknowledged, outside=outside)
    own_house.stop("router", "responder")
    replay_topic(own_house, "complaints.received.v1", group="router")
    replay_topic(own_house, "complaints.routed.v1", group="responder")
    own_house.start("router", "responder", extra=seeded("no_inbox"))
    time.sleep(5)
    audit(own_house, load.acknowledged, outside=outside)


def test_a_ledger_that_was_rewritten_is_noticed(own_house: House, outside: Outside) -> None:
    with Load(own_house, count=10) as load:
        pass
    audit(own_house, load.acknowledged, outside=outside)
    outside_loop(_rewrite(own_house.database_url))
    with pytest.raises(Broken, match=r"^H: 1 differences: .* is not what was chained"):
        audit(own_house, load.acknowledged, outside=outside)


def test_offsets_before_the_transaction_are_noticed(own_house: House, outside: Outside) -> None:
    own_house.restart("router", extra=seeded("offsets_first") | {"ASCOLTO_FAULT": "consumer-before-commit:1"})
    with Load(own_house, count=30) as load:
        until("the router died", lambda: not own_house.is_alive("router"), within_s=40)
    own_house.start("router")
    with pytest.raises(Broken, match=r"^C:"):
        audit(own_house, load.acknowledged, outside=outside)


@pytest.fixture
def lazy_database() -> Iterator[OwnDatabase]:
    with own_database() as database:
        yield database


def test_a_database_that_does_not_flush_is_noticed(
    stack: Stack, lazy_database: OwnDatabase, relay_settings: dict[str, str], outside: Outside
) -> None:
    outside_loop(_be_lazy(lazy_database.url))
    own = Stack(database_url=lazy_database.url, kafka_bootstrap_servers=stack.kafka_bootstrap_servers)
    with running_house(own, extra=relay_settings) as house:
        house.stop("router", "responder")
        with Load(house, count=40) as load:
            pass
        lazy_database.kill_with(signal.SIGKILL)
        lazy_database.start()
        house.restart()
        with pytest.raises(Broken, match=r"^A:"):
            audit(house, load.acknowledged, outside=outside)


async def _be_lazy(url: str) -> None:
    connection = await asyncpg.connect(url)
    for setting in ("synchronous_commit = off", "wal_writer_delay = '10s'", "wal_writer_flush_after = '1GB'"):
        await connection.execute(f"ALTER SYSTEM SET {setting}")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


async def _rewrite(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("ALTER TABLE responder.timeline DISABLE TRIGGER timeline_is_a_ledger")
        await connection.execute(
            "UPDATE responder.timeline SET \"by\" = 'nobody' WHERE seq = 2 "
            "AND complaint_id = (SELECT complaint_id FROM responder.work LIMIT 1)"
        )
    finally:
        await connection.close()
