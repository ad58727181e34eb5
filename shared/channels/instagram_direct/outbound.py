"""Answers by direct message.

Source: developers.facebook.com, "Instagram API with Instagram Login > Send Messages".
"""

from __future__ import annotations

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.meta.messaging_sends import check_subscription, send_text

_LONGEST_BYTES = 1000
_PERMISSIONS = (
    "instagram_business_basic and instagram_business_manage_messages (a page's token: instagram_basic, "
    "instagram_manage_messages and pages_manage_metadata)"
)


class InstagramDirectSends:
    """The way out of an account's direct messages."""

    public = False
    max_length: int | None = _LONGEST_BYTES

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Send a text, which Instagram counts in bytes; cause `window_closed` when the customer wrote too long ago."""
        if len(outgoing.text.encode("utf-8", "replace")) > _LONGEST_BYTES:
            raise SendingFailed(f"Instagram takes {_LONGEST_BYTES} bytes, and an accent is two", cause="too_long")
        return await send_text(outgoing, account, means, node="me", typed=False)


class InstagramDirectChecks:
    """Asks Meta what the account is subscribed to."""

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether the token is good and the account's direct messages are delivered."""
        return await check_subscription(account, means, node="me", fields=("messages",), permissions=_PERMISSIONS)
