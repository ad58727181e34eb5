"""Calls to a Mastodon server. Source: docs.joinmastodon.org, "REST API" and "Rate limits"."""

from __future__ import annotations

from typing import Any

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means
from shared.clock import Clock
from shared.vendor.calls import VendorAnswer, call, settle, wait_until


async def ask(account: Account, means: Means, method: str, path: str, *, clock: Clock, **request: Any) -> VendorAnswer:
    """Return the answer to a call; `TryLater` or `SendingFailed` with a cause otherwise."""
    token = account.secret("access_token")
    if not token or not token.isascii():
        raise SendingFailed("the account has no access_token", cause="credentials")
    headers = {"authorization": f"Bearer {token}", **request.pop("headers", {})}
    url = account.settings.server_url.rstrip("/") + path
    answer = await call(means.http, method, url, headers=headers, **request)
    settle(wait_until(answer, "x-ratelimit-reset", now=clock.now()), vendor="Mastodon")
    return answer
