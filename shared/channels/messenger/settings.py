"""What connecting a page's chats takes."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.meta.graph import API_BASE_URL

Secret = Annotated[str, Meta(min_length=1, max_length=1_000)]


class MessengerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a page's chats."""

    page_id: Annotated[
        str,
        Meta(
            pattern=r"^[0-9]{1,32}$", description="The page's id, not its name: the page > About > Page transparency."
        ),
    ]
    api_base_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s/]+",
            max_length=500,
            description="Meta's Graph API with its version. Leave it as it is unless you test.",
        ),
    ] = API_BASE_URL
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
            description="Meta posts the chats of all pages of an app to one address. What becomes of those of another "
            "page than this: kept in quarantine (default: nothing is lost unseen), or ignored."
        ),
    ] = "quarantine"


class MessengerSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of a page's chats."""

    app_secret: Annotated[Secret, Meta(description="App Dashboard > App settings > Basic > App secret.")]
    verify_token: Annotated[
        Secret,
        Meta(description="A word of your own; type the same into Messenger > Messenger API Settings > Verify token."),
    ]
    access_token: Annotated[
        Secret,
        Meta(
            description="A page access token that does not expire, with pages_messaging and pages_manage_metadata: "
            "Business Settings > System users > Generate token."
        ),
    ]
