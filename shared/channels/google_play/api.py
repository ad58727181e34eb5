"""Calls to the Google Play Developer API as a service account.

Source: developers.google.com, "Using OAuth 2.0 for Server to Server Applications" and "Reply to Reviews".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means
from shared.faults import TryLater
from shared.vendor.calls import VendorAnswer, settle
from shared.vendor.jwt import NoKey, signed_rs256
from shared.vendor.tokens import Asking, Tokens

TOKENS = Tokens()
_SCOPE = "https://www.googleapis.com/auth/androidpublisher"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_VALID_S = 3600
_NO_KEY = "service_account_key is not the file that Google gave out"


class KeyFile(msgspec.Struct, frozen=True):
    """What is needed of a service account's key."""

    client_email: str
    private_key: str
    private_key_id: str = ""


async def ask(account: Account, means: Means, method: str, rest: str, **request: Any) -> VendorAnswer:
    """Return the answer to a call about the app's reviews; `TryLater` or `SendingFailed` with a cause otherwise."""
    settings = account.settings
    url = f"{settings.api_base_url.rstrip('/')}/androidpublisher/v3/applications/{quote(settings.package_name)}/reviews"
    answer = await TOKENS.call(means.http, method, url + rest, asking=_asking(account), **request)
    if answer.status == 403 and _reason(answer) in ("rateLimitExceeded", "quotaExceeded", "userRateLimitExceeded"):
        raise TryLater("Google Play answered 403: the quota is used up", wait=answer.wait)
    if answer.status in (404, 410):
        raise SendingFailed(
            f"Google Play answered {answer.status}: the app or review is not there", cause="unreachable"
        )
    settle(answer, vendor="Google Play")
    return answer


def _asking(account: Account) -> Asking:
    written = account.secret("service_account_key")
    if not written:
        raise SendingFailed("the account has no service_account_key", cause="credentials")
    try:
        key = msgspec.json.decode(written, type=KeyFile)
    except msgspec.DecodeError:
        raise SendingFailed(_NO_KEY, cause="credentials") from None
    url = account.settings.token_url

    def form(now: datetime) -> Mapping[str, str]:
        at = int(now.timestamp())
        claims = {"iss": key.client_email, "scope": _SCOPE, "aud": url, "iat": at, "exp": at + _VALID_S}
        head = {"kid": key.private_key_id} if key.private_key_id else {}
        try:
            return {"grant_type": _GRANT, "assertion": signed_rs256(key.private_key, claims, head=head)}
        except NoKey:
            raise SendingFailed(_NO_KEY, cause="credentials") from None

    return Asking(vendor="Google", url=url, credentials=written, form=form)


def _reason(answer: VendorAnswer) -> str:
    error = answer.fields.get("error")
    errors = error.get("errors") if isinstance(error, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    return str(first.get("reason")) if isinstance(first, dict) else ""
