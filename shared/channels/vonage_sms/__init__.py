"""SMS by Vonage, through its Messages API."""

from shared.channel.port import Channel
from shared.channels.vonage_sms.inbound import VonageReceives
from shared.channels.vonage_sms.outbound import VonageChecks, VonageSends
from shared.channels.vonage_sms.settings import VonageSecrets, VonageSettings

channel = Channel(
    name="vonage_sms",
    title="SMS (Vonage)",
    receives=VonageReceives(),
    sends=VonageSends(),
    checks=VonageChecks(),
    settings=VonageSettings,
    secrets=VonageSecrets,
    sent_to={"private_key": (), "api_secret": ("account_api_url",)},  # the key signs, and is never sent
)
