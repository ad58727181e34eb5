"""Answers on Bluesky, before everybody's eyes. Source: docs.bsky.app, "Creating a post > Replies"."""

from __future__ import annotations

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.channels.bluesky.api import ask
from shared.clock import Clock, SystemClock
from shared.faults import TryLater
from shared.vendor.payloads import text_of

_LONGEST = 300
_POST = "app.bsky.feed.post"


class BlueskySends:
    """The way out of a Bluesky account."""

    public = True
    max_length: int | None = _LONGEST

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Answer the post, in the thread that it stands in."""
        if len(outgoing.text) > _LONGEST:
            raise SendingFailed(f"Bluesky takes {_LONGEST} characters", cause="too_long")
        thread = outgoing.reply.thread
        if not {"uri", "cid", "root_uri", "root_cid"} <= thread.keys():
            raise SendingFailed("the answer names no post", cause="bad_address")
        record = {
            "$type": _POST,
            "text": outgoing.text,
            "createdAt": self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "reply": {
                "root": {"uri": thread["root_uri"], "cid": thread["root_cid"]},
                "parent": {"uri": thread["uri"], "cid": thread["cid"]},
            },
        }
        said = {"repo": account.settings.handle, "collection": _POST, "record": record}
        name = "com.atproto.repo.createRecord"
        answer = await ask(account, means, "POST", name, clock=self._clock, json=said)
        return Sent(provider_message_id=text_of(answer.fields.get("uri")))


class BlueskyChecks:
    """Asks the server for the newest notification."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether handle and app password open the account."""
        name = "app.bsky.notification.listNotifications"
        try:
            await ask(account, means, "GET", name, clock=self._clock, query="?limit=1")
        except SendingFailed as error:
            words = f"{error}. Are handle and app_password of one account, and is it hosted at server_url?"
            return Verdict(works=False, words=words)
        except TryLater as error:
            return Verdict(works=False, words=f"{error}. Is server_url right, and Bluesky up?")
        return Verdict(works=True, words=f"The app password opens {account.settings.handle}, which reads and answers.")
