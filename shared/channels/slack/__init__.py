"""Slack: channels that are shared with customers, and direct messages to an app."""

from shared.channel.port import Channel
from shared.channels.slack.inbound import SlackReceives
from shared.channels.slack.media import SlackMedia
from shared.channels.slack.outbound import SlackChecks, SlackSends
from shared.channels.slack.settings import SlackSecrets, SlackSettings

channel = Channel(
    name="slack",
    title="Slack",
    receives=SlackReceives(),
    sends=SlackSends(),
    checks=SlackChecks(),
    media=SlackMedia(),
    edits=True,
    settings=SlackSettings,
    secrets=SlackSecrets,
    sent_to={"bot_token": ("api_base_url",)},
)
