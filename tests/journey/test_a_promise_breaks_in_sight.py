"""A clock runs out with two responders awake: one entry, one event, and queue health shows it at once."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiokafka import AIOKafkaProducer

from deploy.local import ports, processes, services
from shared import ids
from shared.clock import SystemClock
from shared.contracts.parts import Sender
from shared.contracts.progress import ComplaintProgress
from shared.contracts.received import MessageReceived
from shared.messaging.envelope import headers_of
from tests.journey.asking import whole
from tests.journey.topics import events_of
from tests.support.house import House, running_house
from tests.support.stack import Stack
from tests.support.waiting import outside_loop, until

RULEBOOK = Path(__file__).parents[2] / "deploy" / "rulebook"
FIRST_RESPONSE = "first_response: {allowance: 1 business_days, due_time: close_of_business}"
SECONDS_LEFT = 12


@pytest.fixture
def impatient_house(stack: Stack, tmp_path: Path) -> Iterator[House]:
    """A house whose rulebook promises a human answer within a minute."""
    rulebook = tmp_path / "rulebook"
    shutil.copytree(RULEBOOK, rulebook)
    policy = rulebook / "policies" / "retail.default.yaml"
    written = policy.read_text()
    assert FIRST_RESPONSE in written
    policy.write_text(written.replace(FIRST_RESPONSE, "first_response: {allowance: 1 minutes, calendar: always}"))
    with running_house(stack, extra={"ASCOLTO_RULEBOOK_DIR": str(rulebook)}) as house, _second_responder(house):
        yield house


def test_a_breach_is_told_once_and_seen_in_queue_health(impatient_house: House) -> None:
    house, message = impatient_house, _message()
    outside_loop(_publish(house, message))
    with house.client("responder") as responder:
        shown = until("opened", lambda: _shown(responder, message.reference), within_s=30)
        assert _clock(shown)["state"] == "running"
        until("breached", lambda: _clock(whole(responder, message.reference))["state"] == "breached", within_s=40)
        clock = _clock(whole(responder, message.reference))
        items = responder.get(f"/v1/complaints/{message.reference}/timeline").json()["items"]
        [breach] = [e for e in items if e["kind"] == "breached" and e["data"]["clock"] == "first_response"]
        assert breach["at"] == clock["due_at"], "dated when it broke, not when somebody looked"
        health = {q["queue"]: q for q in responder.get("/v1/queue-health").json()["queues"]}
        assert health[shown["queue"]]["breached"] == 1
        assert sum(q["breached"] for q in health.values()) == 1
    assert len(until("told", lambda: _told(house, message))) == 1
    assert house.stop("responder"), "nothing more may come while both end"
    assert len(_told(house, message)) == 1


def _message() -> MessageReceived:
    """A complaint that came most of a minute ago, as after a short silence of Kafka."""
    message_id = ids.message_id(account="rest", provider_message_id="late")
    complaint_id = ids.complaint_id(message_id)
    return MessageReceived(
        message_id=message_id, complaint_id=complaint_id, reference=ids.reference(complaint_id), account="rest",
        channel="rest", conversation="late", provider_message_id="late", sender=Sender(customer_id="7"),
        received_at=SystemClock().now() - timedelta(seconds=60 - SECONDS_LEFT), text="Il pacco è in ritardo.",
    )  # fmt: skip


async def _publish(house: House, message: MessageReceived) -> None:
    headers = headers_of(
        event_id=message.message_id, type=message.TYPE, source="ascolto/ingest", subject=None,
        time=message.received_at, traceparent=None,
    )  # fmt: skip
    async with AIOKafkaProducer(bootstrap_servers=house.kafka_bootstrap_servers) as producer:
        topic = house.topic_prefix + message.TOPIC
        await producer.send_and_wait(topic, key=b"rest:late", value=msgspec.json.encode(message), headers=headers)


def _shown(responder: Any, reference: str) -> dict[str, Any]:
    answer = responder.get(f"/v1/complaints/{reference}")
    shown: dict[str, Any] = answer.json()
    return shown if answer.status_code == 200 else {}


def _clock(shown: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(clock for clock in shown["clocks"] if clock["kind"] == "first_response")
    return found


def _told(house: House, message: MessageReceived) -> list[ComplaintProgress]:
    events = events_of(house, ComplaintProgress.TOPIC, message.complaint_id)
    told = [msgspec.json.decode(event.body, type=ComplaintProgress) for event in events]
    return [one for one in told if one.kind == "breached" and one.clock == "first_response"]


@contextmanager
def _second_responder(house: House) -> Iterator[None]:
    """Another process of the responder, on a port of its own."""
    taken = house.services.ports
    place = house.folder / "second"
    second = replace(
        house.services,
        ports={**taken, "responder": ports.any_free(besides=taken.values())},
        run_folder=place / "run",
        log_folder=place / "log",
    )
    running = services.start(second, "responder")
    try:
        services.wait_until_ready(second, [running])
        yield
    finally:
        processes.stop(running, run_folder=second.run_folder, within_s=10, by=signal.SIGTERM)
