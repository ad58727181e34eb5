"""What connecting an app's reviews on Google Play takes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Address = Annotated[str, Meta(pattern=r"^https?://[^\s/]+", max_length=500)]


class GooglePlaySettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of an app's reviews on Google Play."""

    package_name: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+$",
            max_length=255,
            description="The app's package name, as com.acme.shop: Play Console > the app's list shows it under the "
            "app's name.",
        ),
    ]
    first_days: Annotated[
        int,
        Meta(
            ge=0,
            le=7,
            description="How many days back reviews count when the account is connected; Google shows 7 at most. "
            "Google publishes some hours after they were written: with 0 some would be taken for old.",
        ),
    ] = 1
    most_stars: Annotated[
        int,
        Meta(
            ge=1,
            le=5,
            description="Reviews with more stars than this are counted as ignored. 5 (default): all are taken in.",
        ),
    ] = 5
    interval_seconds: Annotated[
        float,
        Meta(
            ge=0.05,
            le=86_400,
            description="How often to look. Google takes 200 questions an hour for an app: not under 60 outside tests.",
        ),
    ] = 300.0
    api_base_url: Annotated[Address, Meta(description="Google's API. Leave it as it is unless you test.")] = (
        "https://androidpublisher.googleapis.com"
    )
    token_url: Annotated[
        Address, Meta(description="Where Google lends access tokens. Leave it as it is unless you test.")
    ] = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address


class GooglePlaySecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of an app's reviews on Google Play."""

    service_account_key: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=20_000,
            description="The whole JSON file of a service account's key, as text: Google Cloud console > IAM & Admin > "
            "Service accounts > the account > Keys > Add key > JSON.",
        ),
    ]
