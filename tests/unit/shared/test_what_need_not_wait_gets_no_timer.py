"""A coroutine begun at once behaves as one awaited: its result, its pauses, its errors and its cancellation."""

from __future__ import annotations

import asyncio

import pytest

from shared.web.begun import Begun


async def _at_once() -> str:
    return "here"


async def _after_pauses(noted: list[str]) -> str:
    try:
        await asyncio.sleep(0.001)
        await asyncio.sleep(0)
        await asyncio.sleep(0.001)
    except asyncio.CancelledError:
        noted.append("cancelled")
        raise
    return "late"


async def _broken() -> str:
    await asyncio.sleep(0)
    raise ValueError("broken")


async def test_what_does_not_pause_has_ended() -> None:
    begun = Begun(_at_once())
    assert begun.ended
    assert await begun == "here"


async def test_what_pauses_is_waited_for() -> None:
    begun = Begun(_after_pauses([]))
    assert not begun.ended
    assert await begun == "late"


async def test_an_error_comes_out_where_it_is_awaited() -> None:
    with pytest.raises(ValueError, match="broken"):
        await Begun(_broken())


async def test_a_deadline_cancels_what_it_waits_for() -> None:
    noted: list[str] = []
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.0005):
            await Begun(_after_pauses(noted))
    assert noted == ["cancelled"]


async def test_a_cancellation_that_is_swallowed_gives_the_result() -> None:
    async def stubborn() -> str:
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            return "stayed"
        return "slept"

    async def wait() -> str:
        return await Begun(stubborn())

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    assert await task == "stayed"
