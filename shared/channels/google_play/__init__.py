"""Reviews of an app on Google Play."""

from shared.channel.port import Channel
from shared.channels.google_play.inbound import GooglePlayReceives
from shared.channels.google_play.outbound import GooglePlayChecks, GooglePlaySends
from shared.channels.google_play.polling import GooglePlayPolls
from shared.channels.google_play.settings import GooglePlaySecrets, GooglePlaySettings

channel = Channel(
    name="google_play",
    title="Google Play",
    receives=GooglePlayReceives(),
    sends=GooglePlaySends(),
    polls=GooglePlayPolls(),
    checks=GooglePlayChecks(),
    edits=True,
    settings=GooglePlaySettings,
    secrets=GooglePlaySecrets,
    sent_to={"service_account_key": ("api_base_url", "token_url")},  # it signs; what it signs is sent
)
