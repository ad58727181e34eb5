"""Broker and database killed and hung under load; topics replayed: every promise still holds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from deploy.local import services
from tests.chaos import sizes
from tests.chaos.audit import audit
from tests.chaos.figures import tell
from tests.chaos.load import Load
from tests.chaos.measures import resident_mb
from tests.chaos.replay import replay_topic
from tests.integration.messaging.broker import Broker, own_broker
from tests.integration.messaging.own_database import OwnDatabase, own_database
from tests.support.house import House, running_house
from tests.support.outside import Outside
from tests.support.stack import Stack
from tests.support.waiting import until

GONE_S = 20.0
RATE = 5
"""Complaints a second while a broker is gone."""

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def broker() -> Iterator[Broker]:
    with own_broker() as broker:
        yield broker


@pytest.fixture
def broken_house(stack: Stack, broker: Broker, relay_settings: dict[str, str]) -> Iterator[House]:
    with running_house(stack, extra=relay_settings, kafka_bootstrap_servers=broker.bootstrap_servers) as house:
        yield house


def ready(house: House, name: str) -> int:
    url = {"ingest": house.ingest_url, "router": house.router_url, "responder": house.responder_url}[name]
    return httpx.get(f"{url}/readyz", timeout=10).status_code


def through_a_dead_broker(
    house: House, outside: Outside, *, away: Callable[[], None], back: Callable[[], None], gone_s: float
) -> Load:
    away()
    began = time.monotonic()
    count = max(60, round(gone_s * RATE))
    with Load(house, count=count, threads=4, pause_s=4 * gone_s / count) as load:
        until("taken though the broker is gone", lambda: len(load.acknowledged) >= 30, within_s=20)
        for name in services.NAMES:
            until(f"{name} says that Kafka is away", lambda name=name: ready(house, name) == 503, within_s=30)  # type: ignore[misc]
    assert set(load.statuses) == {202}, load.statuses
    assert {name: ready(house, name) for name in services.NAMES} == dict.fromkeys(services.NAMES, 503)
    time.sleep(max(0.0, gone_s - (time.monotonic() - began)))
    back()
    audit(house, load.acknowledged, outside=outside)
    for name in services.NAMES:
        until(f"{name} is ready again", lambda name=name: ready(house, name) == 200, within_s=30)  # type: ignore[misc]
    return load


def test_ingest_goes_on_while_the_broker_hangs_and_all_arrives_after(
    broken_house: House, broker: Broker, outside: Outside
) -> None:
    through_a_dead_broker(broken_house, outside, away=broker.freeze, back=broker.thaw, gone_s=GONE_S)


@pytest.mark.chaos
def test_ingest_goes_on_for_a_minute_without_a_broker_and_all_arrives_after(
    broken_house: House, broker: Broker, outside: Outside
) -> None:
    before = resident_mb(broken_house.pid("ingest"))
    load = through_a_dead_broker(broken_house, outside, away=broker.kill, back=broker.start, gone_s=sizes.BROKER_GONE_S)
    grown = resident_mb(broken_house.pid("ingest")) - before
    tell(
        "broker gone",
        seconds=sizes.BROKER_GONE_S,
        taken=len(load.acknowledged),
        slowest_answer_s=round(load.slowest_s, 2),
        ingest_grew_mb=grown,
    )
    assert grown <= 64


@pytest.fixture
def database() -> Iterator[OwnDatabase]:
    with own_database() as database:
        yield database


def without_a_database(
    stack: Stack,
    database: OwnDatabase,
    settings: dict[str, str],
    outside: Outside,
    *,
    away: Callable[[], None],
    back: Callable[[], None],
) -> None:
    own = Stack(database_url=database.url, kafka_bootstrap_servers=stack.kafka_bootstrap_servers)
    with running_house(own, extra=settings) as house, Load(house, count=120, pause_s=0.05) as load:
        until("under way", lambda: len(load.acknowledged) > 10, within_s=20)
        away()
        returning = threading.Timer(GONE_S, back)
        returning.start()
        time.sleep(2)
        began = time.monotonic()
        answer = httpx.post(
            f"{house.ingest_url}/v1/complaints",
            json={"text": "now"},
            headers=house.key | {"Idempotency-Key": "while-it-is-gone"},
            timeout=15,
        )
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert time.monotonic() - began < 6
        returning.join()
        load.finish()
        audit(house, load.acknowledged, outside=outside)


@pytest.mark.chaos
def test_a_hung_database_is_answered_503_and_nothing_is_lost(
    stack: Stack, database: OwnDatabase, relay_settings: dict[str, str], outside: Outside
) -> None:
    without_a_database(stack, database, relay_settings, outside, away=database.freeze, back=database.thaw)


@pytest.mark.chaos
def test_a_killed_database_is_answered_503_and_nothing_is_lost(
    stack: Stack, database: OwnDatabase, relay_settings: dict[str, str], outside: Outside
) -> None:
    without_a_database(stack, database, relay_settings, outside, away=database.kill, back=database.start)


@pytest.mark.chaos
def test_replayed_topics_and_repeated_posts_change_nothing(own_house: House, outside: Outside) -> None:
    with Load(own_house, count=60) as load:
        pass
    audit(own_house, load.acknowledged, outside=outside)
    own_house.stop("router", "responder")
    replay_topic(own_house, "complaints.received.v1", group="router")
    replay_topic(own_house, "complaints.progress.v1", group="router-progress")
    replay_topic(own_house, "complaints.routed.v1", group="responder")
    own_house.start("router", "responder")
    load.again()
    time.sleep(3)
    audit(own_house, load.acknowledged, outside=outside)
