"""Mentions of an account on Bluesky, answers to its posts, and quotes of them."""

from shared.channel.port import Channel
from shared.channels.bluesky.inbound import BlueskyReceives
from shared.channels.bluesky.outbound import BlueskyChecks, BlueskySends
from shared.channels.bluesky.polling import BlueskyPolls
from shared.channels.bluesky.settings import BlueskySecrets, BlueskySettings

channel = Channel(
    name="bluesky",
    title="Bluesky",
    receives=BlueskyReceives(),
    sends=BlueskySends(),
    polls=BlueskyPolls(),
    checks=BlueskyChecks(),
    settings=BlueskySettings,
    secrets=BlueskySecrets,
    sent_to={"app_password": ("server_url",)},
)
