"""Mail by SendGrid: Inbound Parse brings it, its API sends it, its event webhook tells what became of it."""

from shared.channel.port import Channel
from shared.channels.sendgrid.inbound import SendGridReceives
from shared.channels.sendgrid.outbound import SendGridChecks, SendGridSends
from shared.channels.sendgrid.settings import SendGridSecrets, SendGridSettings

channel = Channel(
    name="sendgrid",
    title="E-mail (SendGrid)",
    receives=SendGridReceives(),
    sends=SendGridSends(),
    checks=SendGridChecks(),
    settings=SendGridSettings,
    secrets=SendGridSecrets,
    sent_to={"api_key": ("api_base_url",)},
)
