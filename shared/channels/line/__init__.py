"""LINE, by the Messaging API of an official account."""

from shared.channel.port import Channel
from shared.channels.line.inbound import LineReceives
from shared.channels.line.media import LineMedia
from shared.channels.line.outbound import LineChecks, LineSends
from shared.channels.line.settings import LineSecrets, LineSettings

channel = Channel(
    name="line",
    title="LINE",
    receives=LineReceives(),
    sends=LineSends(),
    checks=LineChecks(),
    media=LineMedia(),
    edits=True,
    settings=LineSettings,
    secrets=LineSecrets,
    sent_to={"access_token": ("api_base_url", "content_base_url")},
)
