"""Calls to Trustpilot's API with a token that it lends for 100 hours.

Source: developers.trustpilot.com, "Authentication > Client credentials" and "Service Reviews API".
"""

from __future__ import annotations

import base64
from typing import Any

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means
from shared.vendor.calls import VendorAnswer
from shared.vendor.tokens import Asking, Tokens

TOKENS = Tokens()
TOKENS_AT = "/v1/oauth/oauth-business-users-for-applications/accesstoken"


async def ask(account: Account, means: Means, method: str, path: str, **request: Any) -> VendorAnswer:
    """Return the answer of any status; `SendingFailed` where the account has no credentials or they are refused."""
    key, secret = account.settings.api_key, account.secret("api_secret")
    if not key or not secret:
        raise SendingFailed("the account has no api_key and api_secret", cause="credentials")
    base = account.settings.api_base_url.rstrip("/")
    pair = base64.b64encode(f"{key}:{secret}".encode()).decode()
    asking = Asking(
        vendor="Trustpilot",
        url=base + TOKENS_AT,
        credentials=pair,
        form=lambda _: {"grant_type": "client_credentials"},
        headers={"authorization": f"Basic {pair}"},
    )
    return await TOKENS.call(means.http, method, base + path, asking=asking, **request)
