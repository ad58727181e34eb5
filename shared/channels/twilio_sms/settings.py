"""What connecting a Twilio number takes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class TwilioSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a Twilio number."""

    account_sid: Annotated[
        str, Meta(pattern=r"^AC[0-9a-fA-F]{32}$", description="Twilio Console > Account info > Account SID.")
    ]
    from_number: Annotated[
        str,
        Meta(
            pattern=r"^(whatsapp:)?(\+[0-9]{4,20}|[0-9]{3,8}|[A-Za-z0-9 ]{1,11})$",
            description="The number that customers write to, as +39...: Console > Phone Numbers > Active numbers.",
        ),
    ]
    public_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s/]+",
            max_length=2_000,
            description="Exactly the address that is typed in at Twilio (number > Messaging > A message comes in): "
            "Twilio signs the address too, and a proxy may hide it from us.",
        ),
    ]
    api_base_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s/]+",
            max_length=500,
            description="Twilio's API. Leave it as it is unless you test or use another region.",
        ),
    ] = "https://api.twilio.com"


class TwilioSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of a Twilio number."""

    auth_token: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=200,
            description="Twilio Console > Account info > Auth token (while you rotate: the secondary one as well).",
        ),
    ]
