"""Messenger: the chat of a Facebook page."""

from shared.channel.port import Channel
from shared.channels.messenger.inbound import MessengerReceives
from shared.channels.messenger.outbound import MessengerChecks, MessengerSends
from shared.channels.messenger.settings import MessengerSecrets, MessengerSettings
from shared.meta.messaging_sends import MessagingMedia

channel = Channel(
    name="messenger",
    title="Messenger",
    receives=MessengerReceives(),
    sends=MessengerSends(),
    checks=MessengerChecks(),
    media=MessagingMedia(),
    edits=True,
    settings=MessengerSettings,
    secrets=MessengerSecrets,
    sent_to={"access_token": ("api_base_url",)},
)
