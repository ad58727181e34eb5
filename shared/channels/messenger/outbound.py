"""Answers by Messenger. Source: developers.facebook.com, "Messenger Platform > Send API"."""

from __future__ import annotations

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.meta.messaging_sends import check_subscription, send_text

_LONGEST = 2000
_FIELDS = ("messages", "message_edits")
_PERMISSIONS = "pages_messaging and pages_manage_metadata"


class MessengerSends:
    """The way out of a page's chats."""

    public = False
    max_length: int | None = _LONGEST

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Send a text; cause `window_closed` when the customer's last message is too long ago."""
        if len(outgoing.text) > _LONGEST:
            raise SendingFailed(f"Messenger takes {_LONGEST} characters", cause="too_long")
        return await send_text(outgoing, account, means, node=account.settings.page_id)


class MessengerChecks:
    """Asks Meta what the page is subscribed to."""

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether the token is good and the page's chats are delivered."""
        node = account.settings.page_id
        return await check_subscription(account, means, node=node, fields=_FIELDS, permissions=_PERMISSIONS)
