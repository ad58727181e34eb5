"""Calls to the Bot API and what its refusals ask of us.

Source: core.telegram.org/bots/api, "Making requests" and "ResponseParameters".
"""

from __future__ import annotations

import re
from typing import Any

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means
from shared.faults import TryLater
from shared.vendor.calls import VendorAnswer, call, retry_after, settle
from shared.vendor.payloads import text_of

_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{20,100}")
_SAID = (
    ("chat not found", "unreachable"),
    ("message is too long", "too_long"),
    ("file is too big", "too_large"),
    ("business_connection", "credentials"),
    ("business_peer", "window_closed"),
)
"""Telegram has no codes of its own: what it says is looked at, and never repeated."""


async def ask(account: Account, means: Means, method: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a method; `TryLater` or `SendingFailed` with a cause otherwise."""
    answer = await call(means.http, "POST", address(account, "", method), json=fields)
    _settle(answer)
    result = answer.fields.get("result")
    return result if isinstance(result, dict) else {}


def address(account: Account, folder: str, rest: str) -> str:
    """Return an address, in which the Bot API wants the token: whoever logs addresses must not log this one."""
    token = account.secret("bot_token")
    if not token or not _TOKEN.fullmatch(token):
        raise SendingFailed("the account has no bot_token of the form 123:abc", cause="credentials")
    return f"{account.settings.api_base_url.rstrip('/')}{folder}/bot{token}/{rest}"


def _settle(answer: VendorAnswer) -> None:
    if 200 <= answer.status < 300 and answer.fields.get("ok") is not False:
        return
    if answer.status == 429:
        raise TryLater("Telegram answered 429", wait=_told_to_wait(answer) or answer.wait)
    said = (text_of(answer.fields.get("description")) or "").lower()
    cause = next((cause for words, cause in _SAID if answer.status in (400, 403) and words in said), None)
    if answer.status == 403 and cause is None:
        cause = "unreachable"  # blocked by the customer, or a customer who is gone: the token is in order
    if answer.status in (401, 404):
        cause = "credentials"
    if cause is not None:
        raise SendingFailed(f"Telegram answered {answer.status}", cause=cause)
    settle(answer, vendor="Telegram")
    raise SendingFailed(f"Telegram answered {answer.status} and did not do it")


def _told_to_wait(answer: VendorAnswer) -> Any:
    parameters = answer.fields.get("parameters")
    seconds = text_of(parameters.get("retry_after")) if isinstance(parameters, dict) else None
    return retry_after({"retry-after": seconds or ""})
