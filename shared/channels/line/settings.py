"""What connecting a LINE official account takes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Secret = Annotated[str, Meta(min_length=1, max_length=1_000)]


class LineSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a LINE official account."""

    api_base_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s/]+",
            max_length=500,
            description="LINE's Messaging API. Leave it as it is unless you test.",
        ),
    ] = "https://api.line.me"
    content_base_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s/]+",
            max_length=500,
            description="Where LINE keeps the files that customers send. Leave it as it is unless you test.",
        ),
    ] = "https://api-data.line.me"


class LineSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of a LINE official account."""

    channel_secret: Annotated[
        Secret, Meta(description="LINE Developers Console > your channel > Basic settings > Channel secret.")
    ]
    access_token: Annotated[
        Secret,
        Meta(
            description="LINE Developers Console > your channel > Messaging API > Channel access token (long-lived) > "
            "Issue."
        ),
    ]
