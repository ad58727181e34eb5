"""What connecting a Slack app takes."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

ConversationId = Annotated[str, Meta(pattern=r"^[A-Z0-9]{3,32}$")]


class SlackSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a Slack app."""

    conversations: Annotated[
        tuple[ConversationId, ...],
        Meta(
            max_length=1_000,
            description="The ids (C0123ABC) of the channels whose messages are complaints: open the channel, click its "
            "name; the id stands at the foot of About. Empty: every channel that the app is in. Direct messages to the "
            "app always count.",
        ),
    ] = ()
    members: Annotated[
        Literal["customers", "colleagues", "ignore"],
        Meta(
            description="What those are who belong to the workspace itself: customers (default), colleagues (filed and "
            "marked internal), or nobody who complains (ignore: only guests from other organisations do)."
        ),
    ] = "customers"
    api_base_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s/]+",
            max_length=500,
            description="Slack's Web API. Leave it as it is unless you test.",
        ),
    ] = "https://slack.com/api"


class SlackSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of a Slack app."""

    signing_secret: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=200,
            description="api.slack.com/apps > your app > Basic Information > App Credentials > Signing Secret.",
        ),
    ]
    bot_token: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=1_000,
            description="api.slack.com/apps > your app > OAuth & Permissions > Bot User OAuth Token (xoxb-...), after "
            "Install to Workspace.",
        ),
    ]
