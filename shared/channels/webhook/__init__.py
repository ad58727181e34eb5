"""Any system that signs what it posts by the Standard Webhooks scheme."""

from shared.channel.port import Channel
from shared.channels.webhook.inbound import WebhookReceives
from shared.channels.webhook.outbound import WebhookSends
from shared.channels.webhook.settings import WebhookSecrets, WebhookSettings

channel = Channel(
    name="webhook",
    title="Signed webhook",
    receives=WebhookReceives(),
    sends=WebhookSends(),
    settings=WebhookSettings,
    secrets=WebhookSecrets,
    sent_to={},
)
