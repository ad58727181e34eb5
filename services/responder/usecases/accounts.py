"""The accounts as the sender uses them: asked from ingest, secrets opened here, remembered for some seconds."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterable
from typing import Any

import httpx
import msgspec

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.port import Channel
from shared.faults import TryLater
from shared.sealing import SealBroken, Sealer

_FRESH_S = 5.0
_MOST = 5_000


class StoredAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What ingest tells of an account: the secrets sealed, in base64."""

    account: str
    channel: str
    title: str
    settings: dict[str, Any]
    sealed_secrets: str
    enabled: bool = True


class Accounts:
    """Every account by name, at most five seconds old; `own` are those that exist without being connected."""

    def __init__(
        self,
        *,
        http: httpx.AsyncClient,
        ingest_url: str,
        service_token: str,
        sealer: Sealer,
        channels: dict[str, Channel],
        own: Iterable[Account] = (),
    ) -> None:
        self._http = http
        self._url = f"{ingest_url}/internal/accounts"
        self._headers = {"Authorization": f"Bearer {service_token}"}
        self._sealer = sealer
        self._channels = channels
        self._own = {account.account: account for account in own}
        self._known: dict[str, tuple[Account, float]] = {}

    async def get(self, name: str) -> Account:
        """Return the account; `SendingFailed` when it is gone for good, `TryLater` when ingest does not answer."""
        if name in self._own:
            return self._own[name]
        known = self._known.get(name)
        if known and time.monotonic() - known[1] < _FRESH_S:
            return known[0]
        account = self._opened(await self._asked(name))
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[name] = (account, time.monotonic())
        return account

    async def _asked(self, name: str) -> StoredAccount:
        try:
            answer = await self._http.get(f"{self._url}/{name}", headers=self._headers)
        except httpx.HTTPError as error:
            raise TryLater("ingest, which keeps the accounts, does not answer") from error
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise SendingFailed("the account does not exist any more", cause="account_gone")
        if answer.status_code != httpx.codes.OK:
            raise TryLater(f"ingest answered {answer.status_code}")
        return msgspec.json.decode(answer.content, type=StoredAccount)

    def _opened(self, stored: StoredAccount) -> Account:
        channel = self._channels.get(stored.channel)
        if channel is None:
            raise SendingFailed(f"no channel {stored.channel} is installed here", cause="channel_missing")
        try:
            sealed = base64.b64decode(stored.sealed_secrets)
            secrets = self._sealer.open(sealed, context=stored.account)
            settings = msgspec.convert(stored.settings, channel.settings)
        except (SealBroken, msgspec.ValidationError) as error:
            raise TryLater(f"the account cannot be opened: {type(error).__name__}") from error
        return Account(
            account=stored.account,
            channel=stored.channel,
            title=stored.title,
            settings=settings,
            secrets=secrets,
            enabled=stored.enabled,
        )
