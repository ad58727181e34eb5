"""Calls to a Bluesky account's server. Source: docs.bsky.app, "HTTP reference" and "Rate limits"; the lexicons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means
from shared.clock import Clock
from shared.vendor.calls import VendorAnswer, settle, wait_until
from shared.vendor.tokens import Asking, Tokens

TOKENS = Tokens()
TOKENS_AT = "/xrpc/com.atproto.server.createSession"
_LASTS = timedelta(hours=1)
"""Sessions hold for some two hours, and only 300 a day are begun: one that ends before is told by its refusal."""


async def ask(
    account: Account, means: Means, method: str, name: str, *, clock: Clock, query: str = "", **request: Any
) -> VendorAnswer:
    """Return the answer of a method; `TryLater` or `SendingFailed` with a cause otherwise."""
    password, settings = account.secret("app_password"), account.settings
    if not password:
        raise SendingFailed("the account has no app_password", cause="credentials")
    base = settings.server_url.rstrip("/")
    asking = Asking(
        vendor="Bluesky",
        url=base + TOKENS_AT,
        credentials=f"{settings.handle}:{password}",
        form=lambda _: {"identifier": settings.handle, "password": password},
        as_json=True,
        named="accessJwt",
        lasts=_LASTS,
    )
    answer = await TOKENS.call(means.http, method, f"{base}/xrpc/{name}{query}", asking=asking, **request)
    settle(wait_until(answer, "ratelimit-reset", now=clock.now()), vendor="Bluesky")
    return answer
