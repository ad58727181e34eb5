"""What connecting an account's comments takes."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.meta.graph import API_BASE_URL

Secret = Annotated[str, Meta(min_length=1, max_length=1_000)]


class InstagramCommentsSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of an account's comments."""

    instagram_id: Annotated[
        str,
        Meta(
            pattern=r"^[0-9]{1,32}$",
            description="The number of the Instagram professional account, 17841...: Graph API Explorer, "
            "GET /{page-id}?fields=instagram_business_account, or Business Settings > Accounts > Instagram accounts.",
        ),
    ]
    username: Annotated[
        Annotated[str, Meta(pattern=r"^[A-Za-z0-9._]{1,30}$")] | None,
        Meta(
            description="The account's name as it stands in the Instagram app, without @. A second way to tell its own "
            "comments from customers'."
        ),
    ] = None
    other_accounts: Annotated[
        Literal["quarantine", "ignore"],
        Meta(
            description="Meta posts the comments of all accounts of an app to one address. What becomes of those of "
            "another account than this: kept in quarantine (default: nothing is lost unseen), or ignored."
        ),
    ] = "quarantine"
    api_base_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s/]+",
            max_length=500,
            description="Meta's Graph API with its version; https://graph.instagram.com/v24.0 where the token is of "
            "Instagram login, which gives comments and no mentions.",
        ),
    ] = API_BASE_URL


class InstagramCommentsSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of an account's comments."""

    app_secret: Annotated[
        Secret,
        Meta(
            description="App Dashboard > App settings > Basic > App secret. With Instagram login it may be the one of "
            "Instagram > API setup instead: give a list of both."
        ),
    ]
    verify_token: Annotated[
        Secret,
        Meta(description="A word of your own; type the same into App Dashboard > Webhooks > Instagram > Verify token."),
    ]
    access_token: Annotated[
        Secret,
        Meta(
            description="A token with instagram_basic, instagram_manage_comments, pages_show_list and "
            "pages_read_engagement: Business Settings > System users > Generate token."
        ),
    ]
