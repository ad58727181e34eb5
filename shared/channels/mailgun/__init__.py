"""Mail by Mailgun: its routes bring it, its API sends it, its webhooks tell what became of it."""

from shared.channel.port import Channel
from shared.channels.mailgun.inbound import MailgunReceives
from shared.channels.mailgun.outbound import MailgunChecks, MailgunSends
from shared.channels.mailgun.settings import MailgunSecrets, MailgunSettings

channel = Channel(
    name="mailgun",
    title="E-mail (Mailgun)",
    receives=MailgunReceives(),
    sends=MailgunSends(),
    checks=MailgunChecks(),
    settings=MailgunSettings,
    secrets=MailgunSecrets,
    sent_to={"api_key": ("api_base_url",)},
)
