"""Answers under a comment or a visitor's post, before everybody's eyes.

Source: developers.facebook.com, "Graph API > Comment > comments".
"""

from __future__ import annotations

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.meta.graph import check_node, post
from shared.vendor.media import fetch_file
from shared.vendor.payloads import text_of

_LONGEST = 8000


class FacebookPageSends:
    """The way out of a Facebook page."""

    public = True
    max_length: int | None = _LONGEST

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Write a comment under what the customer wrote."""
        under = outgoing.reply.thread.get("comment_id")
        if not under:
            raise SendingFailed("the answer names no comment to stand under", cause="bad_address")
        if len(outgoing.text) > _LONGEST:
            raise SendingFailed(f"Facebook takes {_LONGEST} characters", cause="too_long")
        fields = await post(account, means, path=(under, "comments"), data={"message": outgoing.text})
        return Sent(provider_message_id=text_of(fields.get("id")))


class FacebookPageChecks:
    """Asks Meta for the page."""

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether the token reads the page."""
        return await check_node(account, means, node=account.settings.page_id, name_field="name")


class FacebookPageMedia:
    """Fetches pictures, which stand open at Meta's own hosts."""

    async def fetch(self, media: str, account: Account, means: Means, *, limit: int) -> bytes:  # noqa: ARG002
        """Return the bytes of a picture."""
        return await fetch_file(
            means.http, media, headers={}, hosts=(".fbcdn.net", ".facebook.com"), limit=limit, vendor="Meta"
        )
