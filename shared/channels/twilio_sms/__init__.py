"""SMS by Twilio."""

from shared.channel.port import Channel
from shared.channels.twilio_sms.inbound import TwilioReceives
from shared.channels.twilio_sms.outbound import TwilioChecks, TwilioMedia, TwilioSends
from shared.channels.twilio_sms.settings import TwilioSecrets, TwilioSettings

channel = Channel(
    name="twilio_sms",
    title="SMS (Twilio)",
    receives=TwilioReceives(),
    sends=TwilioSends(),
    checks=TwilioChecks(),
    media=TwilioMedia(),
    settings=TwilioSettings,
    secrets=TwilioSecrets,
    sent_to={"auth_token": ("api_base_url",)},
)
