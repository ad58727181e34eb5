"""Accounts: connected, listed, checked, removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from services.ingest.store import accounts
from services.ingest.store.accounts import StoredAccount
from services.ingest.usecases.account_directory import AccountDirectory
from services.ingest.usecases.connect_account import prepared
from shared.channel.outbound import Means, Verdict
from shared.channel.port import Channel
from shared.clock import Clock
from shared.sealing import Sealer


class Accounts:
    """What an administrator does with accounts."""

    def __init__(
        self, *, engine: AsyncEngine, clock: Clock, sealer: Sealer, channels: Mapping[str, Channel],
        directory: AccountDirectory, allow_private_targets: bool,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._clock = clock
        self._sealer = sealer
        self._channels = channels
        self._directory = directory
        self._allow_private_targets = allow_private_targets

    async def connect(
        self, *, account: str, channel: Channel, title: str, settings: Mapping[str, Any],
        secrets: Mapping[str, str | list[str]], enabled: bool,
    ) -> tuple[StoredAccount, bool]:  # fmt: skip
        """Store the account and return it with whether it is new; `AccountRefused` says what to mend."""
        async with self._engine.begin() as connection:
            before = await accounts.get(connection, account)
            row = prepared(
                account=account,
                channel=channel,
                title=title,
                settings=settings,
                secrets=secrets,
                enabled=enabled,
                before=before if before and before.channel == channel.name else None,
                sealer=self._sealer,
                allow_private_targets=self._allow_private_targets,
                now=self._clock.now(),
            )
            created = await accounts.put(connection, row)
        self._directory.refresh()
        return row, created and before is None

    async def get(self, account: str) -> StoredAccount | None:
        """Return one account."""
        async with self._engine.connect() as connection:
            return await accounts.get(connection, account)

    async def everything(self) -> list[StoredAccount]:
        """Return all accounts."""
        async with self._engine.connect() as connection:
            return await accounts.everything(connection)

    async def remove(self, account: str) -> bool:
        """Forget the account and its secrets; its complaints stay."""
        async with self._engine.begin() as connection:
            removed = await accounts.remove(connection, account)
        self._directory.refresh()
        return removed

    async def check(self, account: str, *, means: Means) -> Verdict | None:
        """Make one call to the vendor and say what came of it; None when there is no such account."""
        opened = await self._directory.find(account)
        if opened is None:
            return None
        checks = self._channels[opened.channel].checks
        if checks is None:
            return Verdict(works=True, words="The settings are complete; this channel has nothing to call for a check.")
        return await checks.check(opened, means)
