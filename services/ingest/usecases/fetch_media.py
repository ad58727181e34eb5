"""Fetches files that a vendor only named, into the place of the blob store that their attachment names."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from services.ingest.store import media
from services.ingest.store.media import WaitingMedia
from services.ingest.usecases.account_directory import AccountDirectory
from shared.blobs import Blobs, media_key
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means
from shared.channel.port import Channel
from shared.clock import Clock
from shared.faults import TryLater

logger = logging.getLogger(__name__)

_LIMIT_BYTES = 25 * 1024 * 1024
_LEASE = timedelta(minutes=2)
_LONGEST_WAIT = timedelta(hours=1)
_MOST_ATTEMPTS = 20


class FetchMedia:
    """Fetches what waits."""

    def __init__(
        self, *, engine: AsyncEngine, clock: Clock, blobs: Blobs, directory: AccountDirectory,
        channels: Mapping[str, Channel], means: Means,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._clock = clock
        self._blobs = blobs
        self._directory = directory
        self._channels = channels
        self._means = means

    async def fetch_due(self) -> int:
        """Fetch the files that are due and return how many were tried."""
        now = self._clock.now()
        async with self._engine.begin() as connection:
            due = await media.claim(connection, now=now, lease=_LEASE, limit=10)
        for item in due:
            await self._fetch(item, now=now)
        return len(due)

    async def _fetch(self, item: WaitingMedia, *, now: datetime) -> None:
        account = await self._directory.find(item.account)
        fetches = self._channels[account.channel].media if account else None
        if account is None or fetches is None:
            return await self._end(item, "gone", "its account is not connected any more")
        try:
            content = await fetches.fetch(item.media, account, self._means, limit=_LIMIT_BYTES)
        except SendingFailed as error:
            return await self._end(item, "gone", error.cause)
        except (TryLater, OSError):
            return await self._again(item, now=now)
        await self._blobs.keep_as(media_key(item.attachment_id), content)
        return await self._end(item, "fetched", None)

    async def _again(self, item: WaitingMedia, *, now: datetime) -> None:
        if item.attempts >= _MOST_ATTEMPTS:
            return await self._end(item, "gone", "the vendor did not give it")
        wait = min(_LONGEST_WAIT, timedelta(seconds=2**item.attempts))
        async with self._engine.begin() as connection:
            await media.wait(connection, item.attachment_id, until=now + wait)
        return None

    async def _end(self, item: WaitingMedia, state: str, detail: str | None) -> None:
        async with self._engine.begin() as connection:
            await media.end(connection, item.attachment_id, state=state, detail=detail)
        if state == "gone":
            logger.warning("a file of a complaint is not to be had", extra={"account": item.account, "cause": detail})
