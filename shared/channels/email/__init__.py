"""E-mail: by SMTP straight into the listener, or raw by HTTP."""

from shared.channel.port import Channel
from shared.channels.email.inbound import EmailReceives
from shared.channels.email.outbound import EmailChecks, EmailSends
from shared.channels.email.settings import EmailSecrets, EmailSettings

channel = Channel(
    name="email",
    title="E-mail",
    receives=EmailReceives(),
    sends=EmailSends(),
    checks=EmailChecks(),
    settings=EmailSettings,
    secrets=EmailSecrets,
    sent_to={"relay_password": ("relay_url",)},
)
