"""The accounts as the doors use them: looked up by name, secrets opened, remembered for a second."""

from __future__ import annotations

import asyncio
import logging
import time

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from services.ingest.store import accounts
from services.ingest.store.accounts import StoredAccount
from shared.channel.account import Account
from shared.channel.port import Channel
from shared.sealing import SealBroken, Sealer

logger = logging.getLogger(__name__)

_FRESH_S = 1.0


class AccountDirectory:
    """All accounts of this installation, at most a second old."""

    def __init__(self, *, engine: AsyncEngine, sealer: Sealer, channels: dict[str, Channel]) -> None:
        self._engine = engine
        self._sealer = sealer
        self._channels = channels
        self._stored: dict[str, StoredAccount] = {}
        self._opened: dict[str, tuple[StoredAccount, Account]] = {}
        self._fresh_until = 0.0
        self._looking: asyncio.Task[dict[str, StoredAccount]] | None = None

    async def find(self, name: str) -> Account | None:
        """Return the account if it exists and its channel is installed."""
        stored = (await self._all()).get(name)
        return self._open(stored) if stored else None

    async def of_channel(self, *channels: str) -> list[Account]:
        """Return the enabled accounts of some channels."""
        found = [self._open(s) for s in (await self._all()).values() if s.channel in channels and s.enabled]
        return [account for account in found if account]

    def refresh(self) -> None:
        """Forget what was remembered: an account has changed."""
        self._fresh_until = 0.0
        self._looking = None  # what it reads may be of before the change

    async def _all(self) -> dict[str, StoredAccount]:
        if time.monotonic() < self._fresh_until:
            return self._stored
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
            self._looking.add_done_callback(_seen)
        # One look for all who come while it is under way; none of them ends it by going away.
        return await asyncio.shield(self._looking)

    async def _look(self) -> dict[str, StoredAccount]:
        this = asyncio.current_task()
        try:
            asked = time.monotonic()
            async with self._engine.connect() as connection:
                stored = {s.account: s for s in await accounts.everything(connection)}
            if self._looking is this:
                self._stored, self._fresh_until = stored, asked + _FRESH_S
            return stored
        finally:
            if self._looking is this:
                self._looking = None

    def _open(self, stored: StoredAccount) -> Account | None:
        known = self._opened.get(stored.account)
        if known and known[0].changed_at == stored.changed_at:
            return known[1]
        channel = self._channels.get(stored.channel)
        if channel is None:
            return None
        try:
            secrets = self._sealer.open(stored.sealed_secrets, context=stored.account)
            settings = msgspec.convert(stored.settings, channel.settings)
        except (SealBroken, msgspec.ValidationError):
            logger.exception("an account cannot be opened", extra={"account": stored.account})
            return None
        opened = Account(
            account=stored.account,
            channel=stored.channel,
            title=stored.title,
            settings=settings,
            secrets=secrets,
            enabled=stored.enabled,
        )
        self._opened[stored.account] = (stored, opened)
        return opened


def _seen(looked: asyncio.Task[dict[str, StoredAccount]]) -> None:
    # Where all who waited have gone away, nobody reads why it failed; reading it keeps the loop from reporting that.
    if not looked.cancelled():
        looked.exception()
