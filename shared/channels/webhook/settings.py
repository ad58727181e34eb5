"""What connecting a signed webhook takes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.vendor.standard_webhooks import SECRET_PATTERN

ReplyUrl = Annotated[
    str,
    Meta(
        pattern=r"^https?://[^\s/]+",
        max_length=2_000,
        description="Where answers are posted to, signed with the same secret. Without it they go by mail to the "
        "address in contact.email, and nobody is answered who gave none.",
    ),
]


class WebhookSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a signed webhook."""

    reply_url: ReplyUrl | None = None


class WebhookSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of a signed webhook."""

    signing_secret: Annotated[
        str,
        Meta(
            pattern=SECRET_PATTERN,
            description="whsec_ and 24 to 64 random bytes in base64; the sending system shows it as its signing "
            "secret, or takes one that you make.",
        ),
    ]
