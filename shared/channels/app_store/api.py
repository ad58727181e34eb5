"""Calls to the App Store Connect API with a token that we sign for each.

Source: developer.apple.com, "Generating Tokens for API Requests" and "Identifying Rate Limits".
"""

from __future__ import annotations

from typing import Any

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means
from shared.clock import Clock
from shared.vendor.calls import VendorAnswer, call, settle
from shared.vendor.jwt import NoKey, signed_es256

_AUDIENCE = "appstoreconnect-v1"
_VALID_S = 600
"""Apple takes 20 minutes at most."""


async def ask(account: Account, means: Means, method: str, path: str, *, clock: Clock, **request: Any) -> VendorAnswer:
    """Return the answer to a call; `TryLater` or `SendingFailed` with a cause otherwise."""
    headers = {"authorization": f"Bearer {_token(account, clock)}"}
    url = account.settings.api_base_url.rstrip("/") + path
    answer = await call(means.http, method, url, headers=headers, **request)
    if answer.status in (404, 410):
        raise SendingFailed(f"Apple answered {answer.status}: the app or review is not there", cause="unreachable")
    settle(answer, vendor="Apple")
    return answer


def _token(account: Account, clock: Clock) -> str:
    pem, settings = account.secret("private_key"), account.settings
    if not pem:
        raise SendingFailed("the account has no private_key", cause="credentials")
    at = int(clock.now().timestamp())
    who = {"iss": settings.issuer_id} if settings.issuer_id else {"sub": "user"}
    claims = {**who, "iat": at, "exp": at + _VALID_S, "aud": _AUDIENCE}
    try:
        return signed_es256(pem, claims, head={"kid": settings.key_id})
    except NoKey:
        raise SendingFailed("private_key is not the file that Apple gave out", cause="credentials") from None
