"""Mail by Postmark: an inbound stream brings it, its API sends it, its webhooks tell what became of it."""

from shared.channel.port import Channel
from shared.channels.postmark.inbound import PostmarkReceives
from shared.channels.postmark.outbound import PostmarkChecks, PostmarkSends
from shared.channels.postmark.settings import PostmarkSecrets, PostmarkSettings

channel = Channel(
    name="postmark",
    title="E-mail (Postmark)",
    receives=PostmarkReceives(),
    sends=PostmarkSends(),
    checks=PostmarkChecks(),
    settings=PostmarkSettings,
    secrets=PostmarkSecrets,
    sent_to={"server_token": ("api_base_url",)},
)
