"""Answers under a comment or mention, before everybody's eyes.

Source: developers.facebook.com, "IG Comment Replies", "IG User Mentions" and "IG Media Comments".
"""

from __future__ import annotations

import re

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.faults import TryLater
from shared.meta.graph import get, post
from shared.vendor.payloads import text_of

_LONGEST = 300
_PERMISSIONS = (
    "instagram_basic, instagram_manage_comments and pages_read_engagement (Instagram login: instagram_business_basic "
    "and instagram_business_manage_comments)"
)
_CODE = re.compile(r"error (\d{1,6})\b")


class InstagramCommentsSends:
    """The way out of an account's comments."""

    public = True
    max_length: int | None = _LONGEST

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Write under what the customer wrote; under a post that mentions the account where that was all."""
        if len(outgoing.text) > _LONGEST:
            raise SendingFailed(f"Instagram takes {_LONGEST} characters", cause="too_long")
        thread = outgoing.reply.thread
        comment, fields = thread.get("comment_id"), {"message": outgoing.text}
        if "mention" in thread:
            path = (account.settings.instagram_id, "mentions")
            fields |= {name: thread[name] for name in ("comment_id", "media_id") if name in thread}
        elif comment:
            path = (comment, "replies")
        else:
            raise SendingFailed("the answer names no comment to stand under", cause="bad_address")
        answer = await post(account, means, path=path, data=fields)
        return Sent(provider_message_id=text_of(answer.get("id")))


class InstagramCommentsChecks:
    """Asks Meta for the account with a comment of its newest post, which takes the permission that matters."""

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether the token reads the account's comments, and which permission it lacks."""
        query = "?fields=username,media.limit(1)%7Bcomments.limit(1)%7Bid%7D%7D"
        try:
            fields = await get(account, means, path=(account.settings.instagram_id,), query=query)
        except SendingFailed as error:
            return Verdict(works=False, words=f"{error}. {_advice(str(error))}")
        except TryLater as error:
            return Verdict(works=False, words=f"{error}. Is api_base_url right, and Meta up?")
        name = text_of(fields.get("username"))
        ours = account.settings.username
        if name and ours and name != ours.lower():
            return Verdict(
                works=False, words=f"The token is good, but the account is called {name[:60]}: see username."
            )
        words = f"The token reads the comments of {name[:60] if name else account.settings.instagram_id}."
        return Verdict(works=True, words=words)


def _advice(error: str) -> str:
    found = _CODE.search(error)
    code = int(found[1]) if found else 0
    if code in (3, 10) or 200 <= code < 300:
        return f"The access token lacks a permission: it needs {_PERMISSIONS}."
    if code == 190:
        return "The access token is expired or revoked: generate a new one."
    return "Is instagram_id the account's number, and the token of its app and page?"
