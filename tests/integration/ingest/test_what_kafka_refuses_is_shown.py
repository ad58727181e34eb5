"""A complaint that was acknowledged and that Kafka refuses for good is seen, and goes out once it can."""

from __future__ import annotations

from sqlalchemy import text

from services.ingest.store.tables import messaging
from tests.integration.ingest.conftest import RunningIngest

_REFUSED = """
INSERT INTO ingest.dead_letters (event_id, topic, key, type, source, subject, time, body, reason, exception,
                                 first_failed_at, last_failed_at)
SELECT event_id, topic, key, type, source, subject, time, body, 'unpublishable', 'MessageSizeTooLargeError',
       now(), now()
FROM ingest.outbox
"""


async def test_what_kafka_refused_is_listed_and_announced_again(ingest: RunningIngest) -> None:
    headers = ingest.key | {"Idempotency-Key": "one"}
    assert (await ingest.http.post("/v1/complaints", json={"text": "It is late."}, headers=headers)).status_code == 202
    (event,) = await ingest.announced()
    async with ingest.engine.begin() as connection:  # as the relay does when a broker takes smaller events than ours
        await connection.execute(text(_REFUSED))
        await connection.execute(messaging.outbox.delete())
    [letter] = (await ingest.http.get("/v1/dead-letters", headers=ingest.key)).json()["items"]
    assert (letter["reason"], letter["topic"]) == ("unpublishable", "complaints.received.v1")
    assert "late" not in str(letter)
    path = f"/v1/dead-letters/{letter['event_id']}/replay"
    assert (await ingest.http.post(path, headers=ingest.key)).status_code == 202
    assert await ingest.announced() == [event]
    assert (await ingest.http.get("/v1/dead-letters", headers=ingest.key)).json()["items"] == []
