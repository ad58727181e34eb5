"""Comments and posts of visitors on a Facebook page."""

from shared.channel.port import Channel
from shared.channels.facebook_page.inbound import FacebookPageReceives
from shared.channels.facebook_page.outbound import FacebookPageChecks, FacebookPageMedia, FacebookPageSends
from shared.channels.facebook_page.settings import FacebookPageSecrets, FacebookPageSettings

channel = Channel(
    name="facebook_page",
    title="Facebook page",
    receives=FacebookPageReceives(),
    sends=FacebookPageSends(),
    checks=FacebookPageChecks(),
    media=FacebookPageMedia(),
    edits=True,
    settings=FacebookPageSettings,
    secrets=FacebookPageSecrets,
    sent_to={"access_token": ("api_base_url",)},
)
