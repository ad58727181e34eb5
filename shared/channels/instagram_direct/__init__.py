"""Instagram: the direct messages of a professional account."""

from shared.channel.port import Channel
from shared.channels.instagram_direct.inbound import InstagramDirectReceives
from shared.channels.instagram_direct.outbound import InstagramDirectChecks, InstagramDirectSends
from shared.channels.instagram_direct.settings import InstagramDirectSecrets, InstagramDirectSettings
from shared.meta.messaging_sends import MessagingMedia

channel = Channel(
    name="instagram_direct",
    title="Instagram direct messages",
    receives=InstagramDirectReceives(),
    sends=InstagramDirectSends(),
    checks=InstagramDirectChecks(),
    media=MessagingMedia(),
    edits=True,
    settings=InstagramDirectSettings,
    secrets=InstagramDirectSecrets,
    sent_to={"access_token": ("api_base_url",)},
)
