"""What connecting a Postmark server takes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.mail.hosted import HostedMailSettings


class PostmarkSettings(HostedMailSettings, frozen=True, kw_only=True):
    """The settings of a Postmark server."""

    message_stream: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9-]{1,100}$",
            description="The transactional stream that answers go out by: Postmark > your server > Message Streams; "
            "its id, not its name. A new server has `outbound`.",
        ),
    ] = "outbound"
    api_base_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s/]+",
            max_length=500,
            description="Postmark's API. Leave it as it is unless you test.",
        ),
    ] = "https://api.postmarkapp.com"


class PostmarkSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of a Postmark server."""

    webhook_password: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9_-]{16,200}$",
            description="16 to 200 letters, digits, _ and - of your own, by chance. It stands in the webhook's address "
            "as https://ascolto:<this>@... and is all that tells Postmark's deliveries from anybody's.",
        ),
    ]
    server_token: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=200,
            description="Postmark > your server > API Tokens > Server API token. It sends and checks.",
        ),
    ]
