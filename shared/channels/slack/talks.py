"""Who wrote a Slack message, and in which talk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.channels.slack.settings import SlackSettings
from shared.contracts.parts import Sender
from shared.vendor.payloads import instant, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A message's place: in a channel each thread is a talk of its own, a direct message has but one.

    `counts` is False for what is no complaint: robots, ourselves, channels and people whom the settings leave out.
    """

    channel: str
    ts: str
    thread_ts: str
    direct: bool
    counts: bool
    sender: Sender

    @property
    def name(self) -> str:
        """The message's name for ever: Slack numbers messages by their time within a channel."""
        return f"{self.channel}:{self.ts}"

    @property
    def key(self) -> str:
        """The conversation."""
        return self.channel if self.direct else f"{self.channel}:{self.thread_ts}"


def talk_of(
    event: dict[str, Any], message: dict[str, Any], envelope: dict[str, Any], settings: SlackSettings
) -> Talk | None:
    """Return where a message stands; nothing when it does not say. An edit's message stands within its event."""
    channel, ts, user = text_of(event.get("channel")), text_of(message.get("ts")), text_of(message.get("user"))
    robot = "bot_id" in message or message.get("subtype") == "bot_message"
    if channel is None or ts is None or (user is None and not robot):
        return None
    direct = channel.startswith("D")
    team = text_of(message.get("user_team")) or text_of(message.get("team"))
    member = team is not None and team == text_of(envelope.get("team_id"))
    left_out = bool(settings.conversations) and not direct and channel not in settings.conversations
    return Talk(
        channel=channel,
        ts=ts,
        thread_ts=text_of(message.get("thread_ts")) or ts,
        direct=direct,
        counts=not (robot or left_out or user in _ourselves(envelope) or (member and settings.members == "ignore")),
        sender=Sender(
            handle=user, verified=("handle",) if user else (), internal=member and settings.members == "colleagues"
        ),
    )


def _ourselves(envelope: dict[str, Any]) -> list[str | None]:
    found = envelope.get("authorizations")
    known = [a for a in found if isinstance(a, dict)] if isinstance(found, list) else []
    return [text_of(a.get("user_id")) for a in known if a.get("is_bot") is True]


def instant_of(ts: str, *, received_at: datetime) -> datetime | None:
    """Return the instant of Slack's `seconds.microseconds`."""
    seconds, _, rest = ts.partition(".")
    at = instant(seconds, received_at=received_at)
    if at is None or not (rest.isascii() and rest.isdigit() and len(rest) == 6):
        return at
    return at + timedelta(microseconds=int(rest))
