"""Lets work of the processor and work of the database go on side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def in_turns(items: Iterable[T], *, at_once: int) -> AsyncIterator[T]:
    """Yield the items and give the event loop its turn after every `at_once` of them."""
    for number, item in enumerate(items, start=1):
        yield item
        if number % at_once == 0:
            await asyncio.sleep(0)


async def beside(written: Coroutine[Any, Any, None], work: Coroutine[Any, Any, None]) -> None:
    """Do both; when either fails, the other has ended before its error is raised as it is."""
    writing = asyncio.create_task(written)
    try:
        await work
    except BaseException as error:
        # The connection must be at rest before the caller rolls back; cutting off a statement would cost it.
        if isinstance(error, asyncio.CancelledError):
            writing.cancel()
        await asyncio.wait([writing])
        if not writing.cancelled():
            writing.exception()  # seen: the error of the work says more
        raise
    await writing
