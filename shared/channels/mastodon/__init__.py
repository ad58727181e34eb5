"""Mentions of an account on Mastodon, public and private."""

from shared.channel.port import Channel
from shared.channels.mastodon.inbound import MastodonReceives
from shared.channels.mastodon.media import MastodonMedia
from shared.channels.mastodon.outbound import MastodonChecks, MastodonSends
from shared.channels.mastodon.polling import MastodonPolls
from shared.channels.mastodon.settings import MastodonSecrets, MastodonSettings

channel = Channel(
    name="mastodon",
    title="Mastodon",
    receives=MastodonReceives(),
    sends=MastodonSends(),
    polls=MastodonPolls(),
    checks=MastodonChecks(),
    media=MastodonMedia(),
    edits=True,
    settings=MastodonSettings,
    secrets=MastodonSecrets,
    sent_to={"access_token": ("server_url",)},
)
