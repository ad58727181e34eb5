"""Through a real broker: doubled, shuffled and poisoned records."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence

import msgspec
import pytest

from services.responder.settings import ResponderSettings
from services.responder.store.tables import messaging
from shared.clock import SystemClock
from shared.contracts.routed import ComplaintRouted
from shared.ids import event_id
from shared.messaging.outbox import Announcement, announce
from tests.integration.responder.neighbours import Neighbours
from tests.integration.responder.routed_events import RoutedComplaint, decided
from tests.integration.responder.running import RunningResponder, running, until


@pytest.fixture
async def by_kafka(
    settings: ResponderSettings, neighbours: Neighbours, kafka_bootstrap_servers: str, topic_prefix: str
) -> AsyncIterator[RunningResponder]:
    """A responder that reads from Kafka."""
    with_broker = settings.model_copy(
        update={"kafka_bootstrap_servers": kafka_bootstrap_servers, "topic_prefix": topic_prefix}
    )
    async with running(with_broker, neighbours) as found:
        yield found


async def _publish(responder: RunningResponder, changes: Sequence[ComplaintRouted], *, again: int = 0) -> None:
    """Announce changes as the router would; `again` makes other events of the same ids on the topic."""
    announcements = [
        Announcement(
            event_id=change.event_id if not again else event_id("again", again, change.event_id),
            topic=ComplaintRouted.TOPIC,
            type=ComplaintRouted.TYPE,
            source="ascolto/router",
            key=str(change.complaint_id),
            subject=None,
            time=SystemClock().now(),
            body=msgspec.json.encode(change),
        )
        for change in changes
    ]
    async with responder.engine.begin() as connection:
        await announce(connection, messaging, announcements)


async def test_doubled_records_are_acknowledged_once(by_kafka: RunningResponder, neighbours: Neighbours) -> None:
    complaints = [RoutedComplaint(to=f"3933300{n:05}") for n in range(20)]
    changes = [routed.opened() for routed in complaints]
    await _publish(by_kafka, changes)
    for routed in complaints:
        await until("there", lambda r=routed: _there(by_kafka, r))  # type: ignore[misc]
        await by_kafka.acknowledged(routed)
    await _publish(by_kafka, changes)
    await _publish(by_kafka, changes, again=1)
    last = RoutedComplaint(to="393330009999")
    await _publish(by_kafka, [last.opened()])
    await until("there", lambda: _there(by_kafka, last))
    await by_kafka.acknowledged(last)
    for routed in complaints:
        assert routed.to is not None
        assert len(neighbours.texts_to(routed.to)) == 1
        assert await by_kafka.kinds(routed) == ["opened", "acknowledgement_queued", "acknowledged"]


async def test_shuffled_changes_end_in_the_same_state(by_kafka: RunningResponder) -> None:
    chance = random.Random(7)
    complaints = [RoutedComplaint(to=f"3933300{n:05}") for n in range(10)]
    changes = []
    for routed in complaints:
        changes += [
            routed.opened(),
            routed.transferred("refunds"),
            routed.joined(),
            routed.recategorised("refund_return"),
            routed.transferred("triage"),
        ]
    chance.shuffle(changes)
    await _publish(by_kafka, changes)
    for routed in complaints:
        await until("whole", lambda r=routed: _there(by_kafka, r, queue="triage"))  # type: ignore[misc]
        found = await by_kafka.complaint(routed)
        assert found["category"] == "refund_return"
        kinds = [k for k in await by_kafka.kinds(routed) if k in ("opened", "transferred", "message", "recategorised")]
        assert kinds == ["opened", "transferred", "message", "recategorised", "transferred"]
    assert await by_kafka.rows("SELECT 1 FROM responder.parked") == []


async def test_a_record_at_fault_ends_alone_and_can_be_replayed(by_kafka: RunningResponder) -> None:
    good, bad = RoutedComplaint(to="393330000001"), RoutedComplaint(to="393330000002", decision=decided(policy="gone"))
    await _publish(by_kafka, [bad.opened(), good.opened()])
    await until("the neighbour is there", lambda: _there(by_kafka, good))

    async def buried() -> list[dict[str, object]]:
        found: list[dict[str, object]] = (await by_kafka.http.get("/v1/dead-letters")).json()["items"]
        return found

    (letter,) = await until("buried", buried)
    assert (letter["reason"], letter["exception"]) == ("unprocessable", "Unprocessable")
    rulebook = by_kafka.assembled.parts.desk.promises.rulebook
    known = dict(rulebook.policies)
    object.__setattr__(rulebook, "policies", known | {"gone": known["retail.default"]})
    replayed = await by_kafka.http.post(f"/v1/dead-letters/{letter['event_id']}/replay")
    assert replayed.status_code == 202
    await until("handled after all", lambda: _there(by_kafka, bad))
    assert await buried() == []


async def test_readiness_tells_of_every_part(by_kafka: RunningResponder) -> None:
    async def ready() -> bool:
        return (await by_kafka.http.get("/readyz")).status_code == 200

    await until("ready", ready)
    parts = (await by_kafka.http.get("/readyz")).json()["parts"]
    assert parts == dict.fromkeys(("database", "relay", "consumer", "sender", "timers", "webhooks"), "ok")


async def _there(responder: RunningResponder, routed: RoutedComplaint, *, queue: str | None = None) -> bool:
    answer = await responder.http.get(f"/v1/complaints/{routed.reference}?messages=none")
    return answer.status_code == 200 and (queue is None or answer.json()["queue"] == queue)
