"""What connecting a Bluesky account takes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class BlueskySettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a Bluesky account."""

    handle: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
            max_length=253,
            description="The account's handle without @, as acme.bsky.social or acme.test: it stands under the name in "
            "the profile.",
        ),
    ]
    server_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s/]+/?$",
            max_length=500,
            description="Where the account is hosted: https://bsky.social (default) unless you run a PDS of your own.",
        ),
    ] = "https://bsky.social"
    interval_seconds: Annotated[
        float,
        Meta(ge=0.05, le=86_400, description="How often to look. Bluesky takes 3000 questions in five minutes."),
    ] = 30.0


class BlueskySecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of a Bluesky account."""

    app_password: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=200,
            description="bsky.app > Settings > Privacy and security > App passwords > Add App Password. Not the "
            "account's own password.",
        ),
    ]
