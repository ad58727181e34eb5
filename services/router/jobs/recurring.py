"""Jobs that recur: a job that fails is logged and tried at its next turn."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

logger = logging.getLogger(__name__)


async def every(seconds: float, job: Callable[[], Awaitable[object]], *, name: str) -> None:
    """Run a job again and again; one that fails is logged and tried at its next turn."""
    while True:
        try:
            await job()
        except Exception as error:  # noqa: BLE001 - a job that fails once must not end for ever
            logger.warning("a job failed", extra={"job": name, "error_type": type(error).__name__})
        await asyncio.sleep(seconds)
