"""A responder whose clock was an hour ahead has put messages off into the future; set right, it sends them at once."""

from __future__ import annotations

import asyncio

from tests.integration.responder.neighbours import Neighbours
from tests.integration.responder.routed_events import RoutedComplaint
from tests.integration.responder.running import RunningResponder, until


async def tried_in_vain(responder: RunningResponder, neighbours: Neighbours) -> RoutedComplaint:
    neighbours.vendor = lambda _calls: 503
    routed = RoutedComplaint()
    await responder.feed(routed.opened())

    async def tried() -> bool:
        return bool(await responder.rows("SELECT 1 FROM responder.outbound WHERE state = 'queued' AND attempts = 1"))

    await until("tried once", tried)
    neighbours.vendor = lambda _calls: 200
    return routed


async def change(responder: RunningResponder, statement: str) -> None:
    async with responder.engine.begin() as connection:
        await connection.exec_driver_sql(statement)


async def test_what_a_clock_ahead_had_tried_goes_out_when_it_is_set_right(
    responder: RunningResponder, neighbours: Neighbours
) -> None:
    routed = await tried_in_vain(responder, neighbours)
    await change(responder, "UPDATE responder.outbound_attempts SET ended_at = now() + interval '40 minutes'")
    await change(responder, "UPDATE responder.outbound SET ready_at = now() + interval '40 minutes'")
    await responder.acknowledged(routed)


async def test_what_a_clock_ahead_had_in_hand_when_it_was_killed_goes_out(
    responder: RunningResponder, neighbours: Neighbours
) -> None:
    routed = await tried_in_vain(responder, neighbours)
    leased = "state = 'sending', attempts = 2, ready_at = now() + interval '40 minutes'"
    await change(responder, f"UPDATE responder.outbound SET {leased}")
    await responder.acknowledged(routed)


async def test_what_a_vendor_has_put_off_waits(responder: RunningResponder, neighbours: Neighbours) -> None:
    await tried_in_vain(responder, neighbours)
    before = len(neighbours.sent)
    await change(responder, "UPDATE responder.outbound SET ready_at = now() + interval '40 minutes'")
    await asyncio.sleep(3)
    assert len(neighbours.sent) == before
