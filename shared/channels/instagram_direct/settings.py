"""What connecting an account's direct messages takes."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Secret = Annotated[str, Meta(min_length=1, max_length=1_000)]


class InstagramDirectSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of an account's direct messages."""

    instagram_id: Annotated[
        str,
        Meta(
            pattern=r"^[0-9]{1,32}$",
            description="The account's number as Meta's deliveries name it, 17841...: App Dashboard > Instagram > API "
            "setup with Instagram login, under the account; or user_id (not id) of GET /me?fields=user_id.",
        ),
    ]
    api_base_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s/]+",
            max_length=500,
            description="Instagram's API with its version; https://graph.facebook.com/v24.0 where the account is "
            "reached through its Facebook page, with the page's token.",
        ),
    ] = "https://graph.instagram.com/v24.0"
    human_agent: Annotated[
        bool,
        Meta(
            description="True once Meta has granted your app the feature Human Agent (App Dashboard > App Review): "
            "what a person wrote is then taken for 7 days instead of 24 hours."
        ),
    ] = False
    other_accounts: Annotated[
        Literal["quarantine", "ignore"],
        Meta(
            description="Meta posts the messages of all accounts of an app to one address. What becomes of those of "
            "another account than this: kept in quarantine (default: nothing is lost unseen), or ignored."
        ),
    ] = "quarantine"


class InstagramDirectSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of an account's direct messages."""

    app_secret: Annotated[
        Secret,
        Meta(
            description="App Dashboard > Instagram > API setup with Instagram login > Instagram app secret. Meta may "
            "sign with the app's own secret instead (App settings > Basic): give a list of both."
        ),
    ]
    verify_token: Annotated[
        Secret,
        Meta(description="A word of your own; type the same into Instagram > API setup > Configure webhooks."),
    ]
    access_token: Annotated[
        Secret,
        Meta(
            description="App Dashboard > Instagram > API setup with Instagram login > Generate token. It holds for 60 "
            "days and has to be renewed before (see the guide)."
        ),
    ]
