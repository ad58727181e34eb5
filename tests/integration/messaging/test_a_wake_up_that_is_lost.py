"""A notification that never comes delays an event by a moment and loses none."""

from __future__ import annotations

from sqlalchemy import text

from tests.integration.messaging.desk import Desk, Handler, until


async def test_an_event_of_which_nobody_was_told_is_found_by_looking(desk: Desk) -> None:
    handler = Handler()
    async with desk.running_parts(desk.relay(), desk.consumer(handler)):
        await desk.announce(["key"])
        await until(lambda: _handled(desk, 1))
        async with desk.looking.begin() as connection:
            await connection.execute(
                text(
                    "INSERT INTO desk.outbox (lane, event_id, topic, key, type, source, subject, time, body)"
                    " SELECT 0, gen_random_uuid(), 'complaints.received.v1', 'key', 'desk.test.v1', 'desk', '00002',"
                    " now(), '{}'"
                )
            )
        await until(lambda: _handled(desk, 2), within=5)
    assert await desk.number("SELECT count(*) FROM desk.outbox") == 0


async def _handled(desk: Desk, number: int) -> bool:
    return await desk.number("SELECT count(*) FROM desk.handled") >= number
