"""What connecting a Vonage number takes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

_ADDRESS = r"^https?://[^\s/]+"


class VonageSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a Vonage number."""

    application_id: Annotated[
        str,
        Meta(
            pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
            description="Vonage Dashboard > Applications > your application > Application ID.",
        ),
    ]
    api_key: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9]{4,40}$",
            description="Vonage Dashboard > API Settings, at the top: API key. Deliveries name it, the check too.",
        ),
    ]
    from_number: Annotated[
        str,
        Meta(
            pattern=r"^(\+?[0-9]{3,20}|[A-Za-z0-9 ]{1,11})$",
            description="The number that customers write to, as +39...: Dashboard > Numbers > Your numbers.",
        ),
    ]
    api_base_url: Annotated[
        str,
        Meta(
            pattern=_ADDRESS,
            max_length=500,
            description="Vonage's Messages API. Leave it as it is unless you test or are bound to a region.",
        ),
    ] = "https://api.nexmo.com"
    account_api_url: Annotated[
        str,
        Meta(
            pattern=_ADDRESS,
            max_length=500,
            description="Vonage's account API, which the check asks. Leave it as it is unless you test.",
        ),
    ] = "https://rest.nexmo.com"


class VonageSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of a Vonage number."""

    signature_secret: Annotated[
        str,
        Meta(
            min_length=16,
            max_length=200,
            description="Vonage Dashboard > API Settings > Signed webhooks: Signature secret. It proves deliveries.",
        ),
    ]
    private_key: Annotated[
        str,
        Meta(
            pattern=r"^-----BEGIN (RSA )?PRIVATE KEY-----",
            max_length=10_000,
            description="The file private.key that Vonage Dashboard > Applications > your application > Generate "
            "public and private key downloads, with its line ends. It signs what we send.",
        ),
    ]
    api_secret: Annotated[
        Annotated[str, Meta(min_length=1, max_length=200)] | None,
        Meta(
            description="Optional, for the check only: Vonage Dashboard > API Settings > API secret.",
        ),
    ] = None
