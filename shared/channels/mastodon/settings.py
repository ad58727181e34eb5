"""What connecting a Mastodon account takes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class MastodonSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a Mastodon account."""

    server_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s/]+/?$",
            max_length=500,
            description="The server where the account lives, as https://mastodon.social: the address in the browser "
            "when you are logged in.",
        ),
    ]
    media_hosts: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^\.?[A-Za-z0-9.-]{1,253}$")], ...],
        Meta(
            max_length=20,
            description="Hosts beside the server's own and those below it where it keeps pictures: right-click one, "
            "copy its address. .cdn.example takes all below cdn.example.",
        ),
    ] = ()
    interval_seconds: Annotated[
        float,
        Meta(ge=0.05, le=86_400, description="How often to look. Servers take 300 questions in five minutes."),
    ] = 30.0


class MastodonSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of a Mastodon account."""

    access_token: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=500,
            description="On the server: Preferences > Development > New application, with the scopes read:accounts, "
            "read:notifications, read:statuses and write:statuses; then open it: Your access token.",
        ),
    ]
