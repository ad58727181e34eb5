"""Ends aiokafka's clients within a bound: by themselves they can hang for ever on a broker that is gone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterator
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import ProducerClosed

logger = logging.getLogger(__name__)

_FORCED_S = 0.3
_FORCED_ROUNDS = 5


async def close_within(client: Any, *, seconds: float) -> None:
    """Stop a producer or a consumer; after `seconds` by force, so that neither tasks nor connections stay behind.

    Never raises: aiokafka's stop() is known to hang, to raise, and to leak CancelledError (#1154, #575, #727).
    """
    closing = asyncio.ensure_future(_close(client, seconds))
    try:
        await asyncio.shield(closing)
    except asyncio.CancelledError:
        await asyncio.wait({closing})  # cut short it would leave half a client running; it is bounded by itself
        raise


async def _close(client: Any, seconds: float) -> None:
    if await _ends(client.stop(), seconds=seconds):
        return
    logger.warning("kafka client did not stop in time and is ended by force", extra={"client": type(client).__name__})
    inner = client.client if isinstance(client, AIOKafkaProducer) else client._client
    if isinstance(client, AIOKafkaProducer):
        client._message_accumulator.fail_all(ProducerClosed())  # its stop() waits for these for ever
    for _ in range(_FORCED_ROUNDS):
        running = [task for task in _inner_tasks(client) if not task.done()]
        for task in running:
            # The sender waits for its requests when it is cancelled; a second cancellation ends those too.
            task.cancel()
        await _ends(inner.close(), seconds=_FORCED_S)
        if not running:
            return
        await asyncio.wait(running, timeout=_FORCED_S)


async def _ends(work: Coroutine[Any, Any, Any], *, seconds: float) -> bool:
    """Tell whether the work came to its end in time; in its own task its errors and cancellations stay there."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        if not task.done():
            task.cancel()
    if not task.done():
        await asyncio.wait({task}, timeout=_FORCED_S)
        return False
    return not task.cancelled() and task.exception() is None


def _inner_tasks(client: Any) -> Iterator[asyncio.Task[Any]]:
    """The tasks that aiokafka 0.14 keeps; there is no public way to them."""
    owners = {
        "_sender": ("_sender_task",),
        "_coordinator": ("_coordination_task", "_heartbeat_task", "_commit_refresh_task"),
        "_fetcher": ("_fetch_task",),
    }
    for owner, names in owners.items():
        part = getattr(client, owner, None)
        for name in names:
            task = getattr(part, name, None)
            if isinstance(task, asyncio.Task):
                yield task
    yield from getattr(getattr(client, "_fetcher", None), "_pending_tasks", ())
