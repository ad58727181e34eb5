"""Answers on Mastodon, seen by whoever sees what they answer. Source: docs.joinmastodon.org, "Post a new status"."""

from __future__ import annotations

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.channels.mastodon.api import ask
from shared.clock import Clock, SystemClock
from shared.faults import TryLater
from shared.vendor.payloads import text_of

_LONGEST = 450
"""Of 500 that a server takes unless it says otherwise: the rest is the name that is answered."""


class MastodonSends:
    """The way out of a Mastodon account."""

    public = True
    max_length: int | None = _LONGEST

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Answer the post by name; at each attempt under one key, for which a server takes it once."""
        if len(outgoing.text) > _LONGEST:
            raise SendingFailed(f"Mastodon takes {_LONGEST} characters beside the name", cause="too_long")
        thread = outgoing.reply.thread
        if not thread.get("status_id"):
            raise SendingFailed("the answer names no post", cause="bad_address")
        fields = {
            "status": f"@{outgoing.reply.to} {outgoing.text}",
            "in_reply_to_id": thread["status_id"],
            "visibility": thread.get("visibility", "direct"),
        }
        headers = {"idempotency-key": str(outgoing.outbound_id)}
        path = "/api/v1/statuses"
        answer = await ask(account, means, "POST", path, clock=self._clock, data=fields, headers=headers)
        return Sent(provider_message_id=text_of(answer.fields.get("id")))


class MastodonChecks:
    """Asks the server for the newest mention."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether the token reads the account's mentions."""
        path = "/api/v1/notifications?types%5B%5D=mention&limit=1"
        try:
            await ask(account, means, "GET", path, clock=self._clock)
        except SendingFailed as error:
            return Verdict(works=False, words=f"{error}. {_advice(str(error))}")
        except TryLater as error:
            return Verdict(works=False, words=f"{error}. Is server_url right, and the server up?")
        return Verdict(
            works=True, words="The token reads the mentions. Whether it may answer is seen at an answer only."
        )


def _advice(error: str) -> str:
    if "403" in error:
        return "The token lacks a scope: it needs read:notifications, read:statuses and write:statuses."
    if "404" in error:
        return "Is server_url the account's server, and does it speak Mastodon's API?"
    return "Is access_token the one that the application shows, and not regenerated since?"
