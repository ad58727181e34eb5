"""Answers in Slack. Source: docs.slack.dev, "chat.postMessage" and "auth.test"."""

from __future__ import annotations

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.channels.slack.api import ask
from shared.channels.slack.words import escaped
from shared.faults import TryLater
from shared.vendor.payloads import text_of

_LONGEST = 4000
_NEEDED = ("chat:write", "files:read")
_READS = ("channels:history", "groups:history", "im:history")


class SlackSends:
    """The way out of a Slack app."""

    public = False
    max_length: int | None = _LONGEST

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Write into the thread of the message that is answered."""
        if len(outgoing.text) > _LONGEST:
            raise SendingFailed(f"Slack takes {_LONGEST} characters", cause="too_long")
        channel, thread = outgoing.reply.to, outgoing.reply.thread.get("thread_ts")
        fields: dict[str, object] = {
            "channel": channel,
            "text": escaped(outgoing.text),
            "mrkdwn": "false",
            "unfurl_links": "false",
            "unfurl_media": "false",
        }
        if thread:
            fields["thread_ts"] = thread
        ts = text_of((await ask(account, means, "chat.postMessage", fields)).fields.get("ts"))
        return Sent(provider_message_id=f"{channel}:{ts}" if ts else None)


class SlackChecks:
    """Asks Slack who the token is, which names the permissions along with it."""

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether the token is good, and which permission it lacks."""
        try:
            answer = await ask(account, means, "auth.test", {})
        except SendingFailed as error:
            return Verdict(
                works=False, words=f"{error}. Is bot_token the Bot User OAuth Token (xoxb-) of an installed app?"
            )
        except TryLater as error:
            return Verdict(works=False, words=f"{error}. Is api_base_url right, and Slack up?")
        granted = answer.headers.get("x-oauth-scopes")
        if granted is not None:
            scopes = {scope.strip() for scope in granted.split(",")}
            missing = [scope for scope in _NEEDED if scope not in scopes]
            if not scopes.intersection(_READS):
                missing.append(" or ".join(_READS))
            if missing:
                words = f"The token is good but lacks {', '.join(missing)}: add it and install the app again."
                return Verdict(works=False, words=words)
        team = text_of(answer.fields.get("team")) or "the workspace"
        return Verdict(works=True, words=f"The token is good for {team[:100]}, with the permissions it needs.")
