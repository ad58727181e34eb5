"""Telegram, by a bot of the Bot API."""

from shared.channel.port import Channel
from shared.channels.telegram.inbound import TelegramReceives
from shared.channels.telegram.media import TelegramMedia
from shared.channels.telegram.outbound import TelegramChecks, TelegramSends
from shared.channels.telegram.settings import TelegramSecrets, TelegramSettings

channel = Channel(
    name="telegram",
    title="Telegram",
    receives=TelegramReceives(),
    sends=TelegramSends(),
    checks=TelegramChecks(),
    media=TelegramMedia(),
    edits=True,
    settings=TelegramSettings,
    secrets=TelegramSecrets,
    sent_to={"bot_token": ("api_base_url",)},
)
