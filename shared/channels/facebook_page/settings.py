"""What connecting a Facebook page takes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.meta.graph import API_BASE_URL

Secret = Annotated[str, Meta(min_length=1, max_length=1_000)]


class FacebookPageSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a Facebook page."""

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


class FacebookPageSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of a Facebook page."""

    app_secret: Annotated[Secret, Meta(description="App Dashboard > App settings > Basic > App secret.")]
    verify_token: Annotated[
        Secret,
        Meta(description="A word of your own; type the same into App Dashboard > Webhooks > Page > Verify token."),
    ]
    access_token: Annotated[
        Secret,
        Meta(
            description="A page access token that does not expire, with pages_manage_metadata, pages_read_engagement, "
            "pages_manage_engagement and pages_read_user_content: Business Settings > System users > Generate token."
        ),
    ]
