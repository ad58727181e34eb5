"""WhatsApp, by Meta's Cloud API."""

from shared.channel.port import Channel
from shared.channels.whatsapp.inbound import WhatsAppReceives
from shared.channels.whatsapp.media import WhatsAppMedia
from shared.channels.whatsapp.outbound import WhatsAppChecks, WhatsAppSends
from shared.channels.whatsapp.settings import WhatsAppSecrets, WhatsAppSettings

channel = Channel(
    name="whatsapp",
    title="WhatsApp",
    receives=WhatsAppReceives(),
    sends=WhatsAppSends(),
    checks=WhatsAppChecks(),
    media=WhatsAppMedia(),
    edits=True,
    settings=WhatsAppSettings,
    secrets=WhatsAppSecrets,
    sent_to={"access_token": ("api_base_url",)},
)
