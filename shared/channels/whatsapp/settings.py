"""What connecting a WhatsApp number takes."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.meta.graph import API_BASE_URL

Secret = Annotated[str, Meta(min_length=1, max_length=1_000)]


class WhatsAppSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a WhatsApp number."""

    phone_number_id: Annotated[
        str,
        Meta(
            pattern=r"^[0-9]{1,32}$",
            description="The id of the number, not the number: App Dashboard > WhatsApp > API Setup, under the number.",
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
    other_numbers: Annotated[
        Literal["quarantine", "ignore"],
        Meta(
            description="Meta posts the messages of all numbers of an app to one address. What becomes of those to "
            "another number than this: kept in quarantine (default: nothing is lost unseen), or ignored."
        ),
    ] = "quarantine"


class WhatsAppSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of a WhatsApp number."""

    app_secret: Annotated[Secret, Meta(description="App Dashboard > App settings > Basic > App secret.")]
    verify_token: Annotated[
        Secret, Meta(description="A word of your own; type the same into WhatsApp > Configuration > Verify token.")
    ]
    access_token: Annotated[
        Secret,
        Meta(
            description="Business Settings > System users > Generate token, with whatsapp_business_messaging. The "
            "token shown on the API Setup page expires after a day."
        ),
    ]
