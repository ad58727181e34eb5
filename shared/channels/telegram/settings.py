"""What connecting a Telegram bot takes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class TelegramSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a Telegram bot."""

    api_base_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s/]+",
            max_length=500,
            description="Telegram's Bot API. Leave it as it is unless you test or run a Bot API server of your own.",
        ),
    ] = "https://api.telegram.org"


class TelegramSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of a Telegram bot."""

    webhook_secret: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9_-]{16,256}$",
            description="16 to 256 letters, digits, _ and - of your own, by chance; give the same to setWebhook as "
            "secret_token. It is all that tells Telegram's deliveries from anybody's.",
        ),
    ]
    bot_token: Annotated[
        str,
        Meta(
            pattern=r"^[0-9]{1,20}:[A-Za-z0-9_-]{20,100}$",
            description="In Telegram, the chat with @BotFather: /newbot shows it, /mybots > your bot > API Token too.",
        ),
    ]
