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


async def every(seconds: float, job: Callable[[], Awaitable[object]], *, name: str) -> None:
    """Run a job again and again; one that fails is logged and tried at its next turn."""
    while True:
        await attempt(job, name=name)
        await asyncio.sleep(seconds)


async def attempt(job: Callable[[], Awaitable[object]], *, name: str) -> None:
    """Run a job once; a failure is logged."""
    try:
        await job()
    except Exception as error:  # noqa: BLE001 - a job that fails once must not end for ever
        logger.warning("a job failed", extra={"job": name, "error_type": type(error).__name__})


def _told(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        logger.error("a background task ended with a defect", exc_info=error, extra={"task": task.get_name()})
