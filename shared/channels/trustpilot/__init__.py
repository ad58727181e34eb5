"""Reviews of a company on Trustpilot."""

from shared.channel.port import Channel
from shared.channels.trustpilot.asking import TrustpilotAsks
from shared.channels.trustpilot.inbound import TrustpilotReceives
from shared.channels.trustpilot.outbound import TrustpilotChecks, TrustpilotSends
from shared.channels.trustpilot.settings import TrustpilotSecrets, TrustpilotSettings

channel = Channel(
    name="trustpilot",
    title="Trustpilot",
    receives=TrustpilotReceives(),
    sends=TrustpilotSends(),
    checks=TrustpilotChecks(),
    asks=TrustpilotAsks(),
    edits=True,
    settings=TrustpilotSettings,
    secrets=TrustpilotSecrets,
    sent_to={"webhook_password": (), "api_secret": ("api_base_url",)},
)
