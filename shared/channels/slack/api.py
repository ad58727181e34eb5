"""Calls to Slack's Web API and what its error words ask of us. Source: docs.slack.dev, "Web API methods"."""

from __future__ import annotations

import re

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means
from shared.faults import TryLater
from shared.vendor.calls import VendorAnswer, call, settle

_WORD = re.compile(r"[a-z_]{1,60}")
_LATER = ("ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout")
_CAUSES = {"msg_too_long": "too_long", "file_not_found": "gone", "file_deleted": "gone"} | dict.fromkeys(
    ("channel_not_found", "is_archived", "not_in_channel", "user_not_found", "user_is_restricted",
     "restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel"),
    "unreachable",
) | dict.fromkeys(
    ("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope",
     "no_permission", "org_login_required", "not_allowed_token_type", "ekm_access_denied", "access_denied"),
    "credentials",
)  # fmt: skip


async def ask(account: Account, means: Means, method: str, fields: dict[str, object]) -> VendorAnswer:
    """Return the answer of a method; `TryLater` or `SendingFailed` with a cause otherwise.

    Slack refuses with 200 and a word of its own, which is no customer's and may be repeated.
    """
    url = f"{account.settings.api_base_url.rstrip('/')}/{method}"
    answer = await call(means.http, "POST", url, headers=bearer(account), data=fields)
    settle(answer, vendor="Slack")
    if answer.fields.get("ok") is not False:
        return answer
    word = str(answer.fields.get("error"))
    said = f"Slack refused: {word}" if _WORD.fullmatch(word) else "Slack refused"
    if word in _LATER:
        raise TryLater(said, wait=answer.wait)
    raise SendingFailed(said, cause=_CAUSES.get(word, "refused"))


def bearer(account: Account) -> dict[str, str]:
    """Return the header that carries the bot's token."""
    token = account.secret("bot_token")
    if not token or not token.isascii():
        raise SendingFailed("the account has no bot_token", cause="credentials")
    return {"authorization": f"Bearer {token}"}
