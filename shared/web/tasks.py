"""Background tasks that live as long as the application."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

logger = logging.getLogger(__name__)

_STOP_S = 5.0


@asynccontextmanager
async def keep_running(
    work: Coroutine[Any, Any, None], *, stop: Callable[[], Awaitable[None]] | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    """Run the work until the block ends; it is then asked to stop, given five seconds, and cancelled."""
    task = asyncio.create_task(work)
    task.add_done_callback(_told)
    try:
        yield task
    finally:
        if stop is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_STOP_S):
                    await stop()
        else:
            task.cancel()
        await asyncio.wait([task], timeout=_STOP_S)
        if not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=1.0)


def _told(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        logger.error("a background task ended with a defect", exc_info=error, extra={"task": task.get_name()})
