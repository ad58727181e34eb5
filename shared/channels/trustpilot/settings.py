"""What connecting a company's Trustpilot reviews takes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Number = Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{24}$")]


class TrustpilotSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a company's Trustpilot reviews."""

    business_unit_id: Annotated[
        Number,
        Meta(
            description="The company's number, 24 characters: Trustpilot Business > Integrations > Developers > APIs "
            "shows it, or GET /v1/business-units/find?name=acme.test with the API key."
        ),
    ]
    api_key: Annotated[
        Annotated[str, Meta(pattern=r"^[\x21-\x39\x3b-\x7e]{1,200}$")] | None,
        Meta(
            description="Trustpilot Business > Integrations > Developers > APIs > your application > API key. Without "
            "it reviews are filed as the webhook tells them, and nothing is answered."
        ),
    ] = None
    business_user_id: Annotated[
        Number | None,
        Meta(
            description="The number of the person in whose name answers appear, 24 characters: Trustpilot Business > "
            "the person's profile page > User ID. Needed to answer."
        ),
    ] = None
    most_stars: Annotated[
        int,
        Meta(
            ge=1,
            le=5,
            description="Reviews with more stars than this are counted as ignored. 5 (default): all are taken in.",
        ),
    ] = 5
    api_base_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s/]+",
            max_length=500,
            description="Trustpilot's API. Leave it as it is unless you test.",
        ),
    ] = "https://api.trustpilot.com"


class TrustpilotSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of a company's Trustpilot reviews."""

    webhook_password: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9_-]{16,256}$",
            description="16 to 256 letters, digits, _ and - of your own, by chance; they stand in the address that you "
            "type into Trustpilot. They are all that tells Trustpilot's deliveries from anybody's.",
        ),
    ]
    api_secret: Annotated[
        Annotated[str, Meta(min_length=1, max_length=500)] | None,
        Meta(description="Trustpilot Business > Integrations > Developers > APIs > your application > API secret."),
    ] = None
